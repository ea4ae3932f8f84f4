# How everything here is compiled. Directory scope: nothing but -ffp-contract reaches a consumer.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

add_compile_options(-Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion)

# The same result from every compiler and on every machine: no fused multiply-add, and never
# -march or -ffast-math.
add_compile_options(-ffp-contract=off)

# Assertion messages and debug information name files as the tree does, wherever it is checked out.
# A compiler cache may make paths relative to the build directory.
file(RELATIVE_PATH source_from_build "${PROJECT_BINARY_DIR}" "${PROJECT_SOURCE_DIR}")
foreach(map "${PROJECT_SOURCE_DIR}/=" "${source_from_build}=" "${PROJECT_BINARY_DIR}=."
        "${PROJECT_BINARY_DIR}/include/windtunnel/=" "include/windtunnel/=")
  add_compile_options("-ffile-prefix-map=${map}")
endforeach()

find_program(WINDTUNNEL_CCACHE ccache)
mark_as_advanced(WINDTUNNEL_CCACHE)
if(PROJECT_IS_TOP_LEVEL AND WINDTUNNEL_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Build directories and checkouts share objects (NOHASHDIR, BASEDIR); the sloppiness is what
  # precompiled headers need.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_NOHASHDIR=1 "CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}"
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      "${WINDTUNNEL_CCACHE}")
endif()
