# smithy_generate_client(NAME name MODEL file.json [OPERATIONS name... | ALL] [PREFIX prefix] [CONFIG file.toml] [TESTS])
#
# Generates the client of a service from its Smithy model while the project is built, and makes it the target
# smithy::<NAME>. A change of the model, of the configuration or of the generator generates anew.
#
#   NAME        the target: smithy::<NAME>; the library is libsmithy_<NAME>.
#   MODEL       the service's model, as a JSON syntax tree.
#   OPERATIONS  the operations wanted; default the configuration's, else all of the model, as ALL says too.
#   PREFIX      begins every name in C, and is the folder of the headers: <prefix/prefix.h>; default NAME.
#   CONFIG      what the service needs beyond its model, such as a paginator of its own.
#   TESTS       builds the model's own tests and adds them to CTest: endpoint.<NAME>, with cmocka, and protocol.<NAME>.
#
# The code stands in smithy-<NAME> of the current build folder; the target smithy_<NAME>_generated makes it and no more.
#
# The generator is a Python program. The first Python that has what it needs is taken: ${SMITHY_PYTHON}, the project's own
# .venv, ${Python3_EXECUTABLE}, python3.
include_guard(GLOBAL)
include(${CMAKE_CURRENT_LIST_DIR}/SmithyClient.cmake)
set(SMITHY_PYTHON "" CACHE FILEPATH "Python 3.11 or newer with Jinja2, for the generator of clients; empty: it is looked for")

function(smithy_generate_client)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "ALL;TESTS" "NAME;MODEL;PREFIX;CONFIG" "OPERATIONS")
  _smithy_check_arguments()
  _smithy_generator(generator folder "smithy_generate_client(${ARG_NAME})")

  set(out ${CMAKE_CURRENT_BINARY_DIR}/smithy-${ARG_NAME})
  set(arguments ${ARG_MODEL} --name ${ARG_PREFIX} --out ${out})
  if(ARG_CONFIG)
    list(APPEND arguments --service-config ${ARG_CONFIG})
  endif()
  if(ARG_ALL)
    list(APPEND arguments --all)
  elseif(ARG_OPERATIONS)
    list(JOIN ARG_OPERATIONS "," operations)
    list(APPEND arguments --operations ${operations})
  endif()

  if(ARG_TESTS)
    list(APPEND arguments --tests)
  endif()

  # Which files there will be is asked now and whenever the model changes; their text is written while building.
  _smithy_list_files(files "${generator}" ${folder} "${arguments}")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${ARG_MODEL} ${ARG_CONFIG})
  list(TRANSFORM files PREPEND ${out}/)
  set(sources ${files})
  list(FILTER sources INCLUDE REGEX "/src/.*\\.c$")

  # The generator leaves files alone that would not change, so a stamp tells when it ran.
  file(GLOB_RECURSE program ${folder}/smithy_c/*.py ${folder}/smithy_c/*.j2)
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/smithy-${ARG_NAME}.stamp)
  add_custom_command(
    OUTPUT ${stamp}
    BYPRODUCTS ${files}
    COMMAND ${generator} generate ${arguments}
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${ARG_MODEL} ${ARG_CONFIG} ${program}
    WORKING_DIRECTORY ${folder}
    COMMENT "Generating the client smithy::${ARG_NAME}"
    VERBATIM)
  add_custom_target(smithy_${ARG_NAME}_generated DEPENDS ${stamp})
  smithy_add_client(${ARG_NAME} SOURCES ${sources} ${stamp} INCLUDE_DIR ${out}/include)
  add_dependencies(smithy_${ARG_NAME} smithy_${ARG_NAME}_generated)
  set(tests)
  foreach(kind IN ITEMS endpoint protocol)
    if(${out}/tests/${kind}_test.c IN_LIST files)
      string(TOUPPER ${kind} argument)
      list(APPEND tests ${argument} ${out}/tests/${kind}_test.c)
    endif()
  endforeach()
  smithy_add_client_tests(${ARG_NAME} ${tests})
endfunction()

# Checks the caller's arguments: makes paths absolute, sets defaults.
macro(_smithy_check_arguments)
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "smithy_generate_client: unknown: ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  foreach(key NAME MODEL)
    if(NOT ARG_${key})
      message(FATAL_ERROR "smithy_generate_client: ${key} is required")
    endif()
  endforeach()
  if(ARG_ALL AND ARG_OPERATIONS)
    message(FATAL_ERROR "smithy_generate_client(${ARG_NAME}): OPERATIONS and ALL exclude each other")
  endif()
  if(NOT ARG_PREFIX)
    set(ARG_PREFIX ${ARG_NAME})
  endif()
  if(NOT ARG_PREFIX MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "smithy_generate_client(${ARG_NAME}): the prefix \"${ARG_PREFIX}\" must be lowercase letters, "
      "digits and underscores: give a PREFIX")
  endif()
  foreach(key MODEL CONFIG)
    if(ARG_${key})
      get_filename_component(ARG_${key} ${ARG_${key}} ABSOLUTE)
      if(NOT EXISTS ${ARG_${key}})
        message(FATAL_ERROR "smithy_generate_client(${ARG_NAME}): ${key}: there is no file ${ARG_${key}}")
      endif()
    endif()
  endforeach()
endmacro()

# The command that runs the generator, and the folder it must run in; an error that says what to install where none can.
function(_smithy_generator command folder caller)
  get_property(generator_dir GLOBAL PROPERTY SMITHY_GENERATOR_DIR)
  if(NOT EXISTS "${generator_dir}/smithy_c/__main__.py")
    message(FATAL_ERROR "${caller}: the generator is not at ${generator_dir}: install the component \"generator\" too")
  endif()
  _smithy_find_python(python ${caller})
  set(${command} ${python} -B -m smithy_c PARENT_SCOPE)
  set(${folder} ${generator_dir} PARENT_SCOPE)
endfunction()

function(_smithy_find_python result caller)
  get_property(found GLOBAL PROPERTY SMITHY_PYTHON_FOUND)
  if(found)
    set(${result} ${found} PARENT_SCOPE)
    return()
  endif()
  set(candidates ${SMITHY_PYTHON})
  if(NOT candidates)
    get_property(generator_dir GLOBAL PROPERTY SMITHY_GENERATOR_DIR)
    find_program(python3 NAMES python3 python NO_CACHE)
    set(candidates ${generator_dir}/../.venv/bin/python ${Python3_EXECUTABLE} ${python3})
  endif()
  set(script "\
import sys
if sys.version_info < (3, 11): sys.exit('is ' + sys.version.split()[0] + ', and 3.11 or newer is needed')
try: import jinja2
except ImportError: sys.exit('has no Jinja2')
")
  foreach(candidate IN LISTS candidates)
    if(NOT EXISTS ${candidate})
      continue()
    endif()
    execute_process(COMMAND ${candidate} -B -c "${script}" RESULT_VARIABLE code OUTPUT_QUIET ERROR_VARIABLE reason)
    if(code EQUAL 0)
      set_property(GLOBAL PROPERTY SMITHY_PYTHON_FOUND ${candidate})
      set(${result} ${candidate} PARENT_SCOPE)
      return()
    endif()
    string(APPEND tried "  ${candidate} ${reason}\n")
  endforeach()
  if(NOT tried)
    set(tried "  there is no python3\n")
  endif()
  message(FATAL_ERROR "${caller}: the generator needs Python 3.11 or newer with Jinja2:\n${tried}"
    "Install them (Debian, Ubuntu: apt install python3-jinja2; Fedora: dnf install python3-jinja2; elsewhere: "
    "python3 -m pip install Jinja2), or name a Python that has Jinja2: -DSMITHY_PYTHON=/path/to/python3")
endfunction()

# Paths below the client's folder of all that will be generated.
function(_smithy_list_files result generator folder arguments)
  execute_process(COMMAND ${generator} generate ${arguments} --list
    WORKING_DIRECTORY ${folder} RESULT_VARIABLE code OUTPUT_VARIABLE files ERROR_VARIABLE notes)
  if(NOT code EQUAL 0)
    message(FATAL_ERROR "smithy_generate_client: ${notes}")
  endif()
  string(STRIP "${files}" files)
  string(REPLACE "\n" ";" files "${files}")
  set(${result} ${files} PARENT_SCOPE)
endfunction()
