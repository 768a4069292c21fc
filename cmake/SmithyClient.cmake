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
