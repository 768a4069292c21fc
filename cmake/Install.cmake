# What `cmake --install` puts where, in four components, so that each can be packaged by itself:
#   libraries    the shared libraries
#   development  headers, static libraries, the CMake package, pkg-config files
#   generator    the generator of clients, and what tests a generated client
#   program      the exporter
# Without --component all of them. Nothing where this project is part of another one, unless SMITHY_INSTALL says so.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
include(PkgConfigFile)

# In a folder of their own: <logs/logs.h> and <s3/s3.h> are too short for the one that all libraries share.
set(SMITHY_INSTALL_INCLUDEDIR ${CMAKE_INSTALL_INCLUDEDIR}/smithy-c)
set(SMITHY_INSTALL_CMAKEDIR ${CMAKE_INSTALL_LIBDIR}/cmake/smithy)
set(SMITHY_INSTALL_SHAREDIR ${CMAKE_INSTALL_DATADIR}/smithy)

# project_library(TARGET EXPORT set HEADERS folder)
# A library of this project: how it is built, and where it and its headers go.
function(project_library target)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "EXPORT;HEADERS" "")
  project_target(${target})
  # Until 1.0 each minor version may change the interface. No macro for a shared build: visibility says what is exported.
  set_target_properties(${target} PROPERTIES
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR}
    DEFINE_SYMBOL ""
    INSTALL_RPATH "$ORIGIN")
  target_include_directories(${target} PUBLIC $<INSTALL_INTERFACE:${SMITHY_INSTALL_INCLUDEDIR}>)
  if(NOT SMITHY_INSTALL)
    return()
  endif()
  install(TARGETS ${target} EXPORT ${ARG_EXPORT}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libraries NAMELINK_COMPONENT development
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  install(EXPORT ${ARG_EXPORT} FILE ${ARG_EXPORT}-targets.cmake NAMESPACE smithy::
    DESTINATION ${SMITHY_INSTALL_CMAKEDIR} COMPONENT development)
  install(DIRECTORY ${ARG_HEADERS} DESTINATION ${SMITHY_INSTALL_INCLUDEDIR} COMPONENT development
    FILES_MATCHING PATTERN *.h)
endfunction()

# project_client(NAME FOLDER): the same for smithy::<NAME>, whose generated code stands in FOLDER.
function(project_client name folder)
  project_library(smithy_${name} EXPORT smithy-client-${name} HEADERS ${folder}/include/${name})
  if(SMITHY_INSTALL)
    install_pkg_config_file(smithy-${name} TARGET smithy_${name}
      DESCRIPTION "Typed client in C, generated from the Smithy model: ${name}"
      REQUIRES "smithy = ${PROJECT_VERSION}")
  endif()
endfunction()

# All that belongs to no single library. Call it once, after the libraries.
function(install_project_files)
  configure_package_config_file(cmake/smithyConfig.cmake.in ${PROJECT_BINARY_DIR}/smithyConfig.cmake
    INSTALL_DESTINATION ${SMITHY_INSTALL_CMAKEDIR} PATH_VARS SMITHY_INSTALL_SHAREDIR
    NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/smithyConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES
    ${PROJECT_BINARY_DIR}/smithyConfig.cmake ${PROJECT_BINARY_DIR}/smithyConfigVersion.cmake
    cmake/FindcJSON.cmake cmake/Findlibcbor.cmake cmake/SmithyClient.cmake cmake/SmithyGenerate.cmake
    DESTINATION ${SMITHY_INSTALL_CMAKEDIR} COMPONENT development)

  install(DIRECTORY codegen/smithy_c DESTINATION ${SMITHY_INSTALL_SHAREDIR}/codegen COMPONENT generator
    FILES_MATCHING PATTERN *.py PATTERN *.j2 PATTERN __pycache__ EXCLUDE)
  install(FILES
    tests/endpoint/endpoint_check.c tests/endpoint/endpoint_check.h
    tests/support/fake_system.c tests/support/fake_system.h
    tests/support/protocol_bench.c tests/support/protocol_bench.h tests/support/protocol_body.c
    tests/support/scripted_transport.c tests/support/scripted_transport.h
    tests/support/torture.c tests/support/torture.h
    DESTINATION ${SMITHY_INSTALL_SHAREDIR}/tests COMPONENT generator)

  set(documents LICENSE)
  if(EXISTS ${PROJECT_SOURCE_DIR}/NOTICE)
    list(APPEND documents NOTICE)
  endif()
  install(FILES ${documents} DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/smithy COMPONENT development)
  if(SMITHY_BUILD_EXPORTER)
    install(FILES ${documents} README.md DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${PROJECT_NAME} COMPONENT program)
  endif()
endfunction()
