# project_target(TARGET): what every target of this project is built with, generated code included.
function(project_target target)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef
    -ffunction-sections -fdata-sections
    $<$<BOOL:${SMITHY_WERROR}>:-Werror>)
  # POSIX.1-2008 by name, since C extensions are off.
  target_compile_definitions(${target} PRIVATE _POSIX_C_SOURCE=200809L _DEFAULT_SOURCE)
  if(SMITHY_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${SMITHY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${SMITHY_SANITIZE})
  endif()
endfunction()
