# The studies of params/ are compiled into the program: `base:` and `headroom new` need no files.
file(GLOB_RECURSE HEADROOM_PRESETS CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/params/*.yaml)
list(SORT HEADROOM_PRESETS)
set(HEADROOM_PRESETS_C ${PROJECT_BINARY_DIR}/presets.c)
add_custom_command(
  OUTPUT ${HEADROOM_PRESETS_C}
  COMMAND ${CMAKE_COMMAND} "-DFILES=${HEADROOM_PRESETS}" -DROOT=${PROJECT_SOURCE_DIR}/params
          -DOUTPUT=${HEADROOM_PRESETS_C} -P ${PROJECT_SOURCE_DIR}/cmake/embed_presets.cmake
  DEPENDS ${HEADROOM_PRESETS} ${PROJECT_SOURCE_DIR}/cmake/embed_presets.cmake
  VERBATIM)
