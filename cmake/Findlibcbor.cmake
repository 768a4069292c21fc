# Finds libcbor. Target: libcbor::libcbor.
find_path(LIBCBOR_INCLUDE_DIR cbor/streaming.h)
find_library(LIBCBOR_LIBRARY cbor)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(libcbor REQUIRED_VARS LIBCBOR_LIBRARY LIBCBOR_INCLUDE_DIR)
if(libcbor_FOUND AND NOT TARGET libcbor::libcbor)
  add_library(libcbor::libcbor UNKNOWN IMPORTED)
  set_target_properties(libcbor::libcbor PROPERTIES
    IMPORTED_LOCATION "${LIBCBOR_LIBRARY}" INTERFACE_INCLUDE_DIRECTORIES "${LIBCBOR_INCLUDE_DIR}")
endif()
mark_as_advanced(LIBCBOR_INCLUDE_DIR LIBCBOR_LIBRARY)
