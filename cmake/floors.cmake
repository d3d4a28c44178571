# headroom_flags(target): the flags that every object of Headroom is compiled with.
# -ffp-contract=off: the same bits on machines with and without fused multiply-add.
function(headroom_flags target)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
    -Wvla -Wdouble-promotion -ffp-contract=off -fno-math-errno -fopenmp-simd)
  if(HEADROOM_WERROR)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  if(HEADROOM_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${HEADROOM_SANITIZE} -fno-omit-frame-pointer
      -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${HEADROOM_SANITIZE})
  endif()
endfunction()

# headroom_floor(name floors...): the library of src/<name>/, which may use the floors named.
function(headroom_floor name)
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.c)
  list(FILTER sources EXCLUDE REGEX "_level\\.c$")
  if(NOT sources)
    file(WRITE ${PROJECT_BINARY_DIR}/empty_${name}.c "typedef int headroom_${name}_is_empty;\n")
    set(sources ${PROJECT_BINARY_DIR}/empty_${name}.c)
  endif()
  add_library(headroom_${name} STATIC ${sources})
  headroom_flags(headroom_${name})
  foreach(below IN LISTS ARGN)
    target_link_libraries(headroom_${name} PUBLIC headroom_${below})
  endforeach()
  target_link_libraries(headroom_${name} PUBLIC m)
endfunction()

# Files named *_level.c are compiled once per instruction set; HR_VECTOR_LEVEL names the copy. With
# a macro and its values, once for each value too. -mfma allows fused operations where a file asks for
# them by name, and nowhere else.
# headroom_isa_levels(floor file [MACRO values...])
function(headroom_isa_levels floor file)
  set(options_baseline "")
  set(options_avx2 -mavx2 -mfma)
  set(options_avx512 -mfma -mavx512f -mavx512dq -mavx512bw -mavx512vl -mprefer-vector-width=512)
  set(values ${ARGN})
  list(POP_FRONT values macro)
  if(NOT macro)
    set(macro HR_ONLY_COPY)
    set(values 1)
  endif()
  foreach(value IN LISTS values)
    foreach(level baseline avx2 avx512)
      set(copy headroom_${file}_${level}_${value})
      add_library(${copy} OBJECT ${PROJECT_SOURCE_DIR}/src/${floor}/${file}.c)
      headroom_flags(${copy})
      target_compile_definitions(${copy} PRIVATE HR_VECTOR_LEVEL=${level} ${macro}=${value})
      target_compile_options(${copy} PRIVATE ${options_${level}})
      target_sources(headroom_${floor} PRIVATE $<TARGET_OBJECTS:${copy}>)
    endforeach()
  endforeach()
endfunction()
