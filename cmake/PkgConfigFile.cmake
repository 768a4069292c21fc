# install_pkg_config_file(NAME TARGET target DESCRIPTION text
#                         [REQUIRES package...] [REQUIRES_PRIVATE package...] [LIBS_PRIVATE flag...])
#
# Installs <NAME>.pc for a library. What is private of a shared library is public of a static one, which cannot be linked
# without it; and then `pkg-config --libs` links the shared libraries of the system, whose own static dependencies, as
# --static would name them, are rarely installed.
function(install_pkg_config_file name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "TARGET;DESCRIPTION" "REQUIRES;REQUIRES_PRIVATE;LIBS_PRIVATE")
  get_target_property(type ${ARG_TARGET} TYPE)
  set(libs -l${ARG_TARGET})
  if(type STREQUAL STATIC_LIBRARY)
    list(APPEND ARG_REQUIRES ${ARG_REQUIRES_PRIVATE})
    list(APPEND libs ${ARG_LIBS_PRIVATE})
    set(ARG_REQUIRES_PRIVATE)
    set(ARG_LIBS_PRIVATE)
  endif()
  set(folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
  _pkg_config_folders(${folder})
  list(JOIN ARG_REQUIRES ", " requires)
  list(JOIN ARG_REQUIRES_PRIVATE ", " requires_private)
  list(JOIN libs " " libs)
  list(JOIN ARG_LIBS_PRIVATE " " libs_private)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/library.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${folder} COMPONENT development)
endfunction()

# prefix, libdir and includedir in the caller's scope: relative to the file, so that the installation can be moved, as
# far as the folders are relative themselves.
macro(_pkg_config_folders folder)
  if(IS_ABSOLUTE ${folder})
    set(prefix ${CMAKE_INSTALL_PREFIX})
  else()
    file(RELATIVE_PATH prefix /prefix/${folder} /prefix)
    string(REGEX REPLACE "/$" "" prefix ${prefix})
    set(prefix "\${pcfiledir}/${prefix}")
  endif()
  set(libdir ${CMAKE_INSTALL_LIBDIR})
  set(includedir ${SMITHY_INSTALL_INCLUDEDIR})
  foreach(variable libdir includedir)
    if(NOT IS_ABSOLUTE ${${variable}})
      string(PREPEND ${variable} "\${prefix}/")
    endif()
  endforeach()
endmacro()
