# smithy_add_client(NAME SOURCES file... [INCLUDE_DIR dir])
#
# The library of a generated client: target smithy_<NAME>, linked to as smithy::<NAME>. A generated CMakeLists.txt calls
# it, so that a folder of generated code can be committed to another project and added there with add_subdirectory.
#
#   SOURCES      the .c files.
#   INCLUDE_DIR  where the headers are; default the current folder's include/.
function(smithy_add_client name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "INCLUDE_DIR" "SOURCES")
  if(NOT ARG_INCLUDE_DIR)
    set(ARG_INCLUDE_DIR ${CMAKE_CURRENT_SOURCE_DIR}/include)
  endif()
  if(TARGET smithy::${name})
    message(FATAL_ERROR "smithy_add_client: there is a smithy::${name} already. Choose another name, or leave that one "
      "out: SMITHY_CLIENTS with add_subdirectory, COMPONENTS with find_package.")
  endif()
  add_library(smithy_${name} ${ARG_SOURCES})
  add_library(smithy::${name} ALIAS smithy_${name})
  # A section for each function, so that a program keeps only the operations it calls; nothing but the API is exported.
  set_target_properties(smithy_${name} PROPERTIES
    EXPORT_NAME ${name}
    DEFINE_SYMBOL ""
    C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
    C_VISIBILITY_PRESET hidden
    POSITION_INDEPENDENT_CODE ON)
  target_compile_options(smithy_${name} PRIVATE $<$<C_COMPILER_ID:GNU,Clang,AppleClang>:-ffunction-sections;-fdata-sections>)
  target_include_directories(smithy_${name} PUBLIC $<BUILD_INTERFACE:${ARG_INCLUDE_DIR}>)
  target_link_libraries(smithy_${name} PUBLIC smithy::smithy)
endfunction()

# smithy_add_client_tests(NAME [ENDPOINT file.c] [PROTOCOL file.c])
#
# The tests that a model brings along, as the generator writes them: programs, which CTest runs as endpoint.<NAME> and
# protocol.<NAME>. The former need cmocka; the latter expat, cJSON and libcbor.
function(smithy_add_client_tests name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "ENDPOINT;PROTOCOL" "")
  get_property(support GLOBAL PROPERTY SMITHY_TEST_SUPPORT_DIRS)
  list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_FUNCTION_LIST_DIR})
  if(ARG_ENDPOINT)
    find_package(PkgConfig REQUIRED)
    pkg_check_modules(SMITHY_CMOCKA REQUIRED IMPORTED_TARGET cmocka)
    _smithy_test_program(endpoint "endpoint_check.c;torture.c" PkgConfig::SMITHY_CMOCKA)
  endif()
  if(ARG_PROTOCOL)
    find_package(EXPAT REQUIRED)
    find_package(cJSON REQUIRED)
    find_package(libcbor REQUIRED)
    _smithy_test_program(protocol "fake_system.c;protocol_bench.c;protocol_body.c;scripted_transport.c;torture.c"
      EXPAT::EXPAT cJSON::cJSON libcbor::libcbor)
  endif()
endfunction()

# Of the caller's ${name}, ${ARG_ENDPOINT} or ${ARG_PROTOCOL}, and ${support}.
function(_smithy_test_program kind helpers)
  string(TOUPPER ${kind} argument)
  set(sources ${ARG_${argument}})
  foreach(helper IN LISTS helpers)
    find_file(file ${helper} PATHS ${support} NO_DEFAULT_PATH NO_CACHE REQUIRED)
    list(APPEND sources ${file})
    unset(file)
  endforeach()
  set(program smithy_${name}_${kind}_test)
  add_executable(${program} ${sources})
  set_target_properties(${program} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF)
  target_compile_definitions(${program} PRIVATE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
  target_include_directories(${program} PRIVATE ${support})
  target_link_libraries(${program} PRIVATE smithy::${name} ${ARGN})
  add_test(NAME ${kind}.${name} COMMAND ${program})
endfunction()
