# What the tests of projects outside the tree share. They are given PREFIX, where the package is
# installed, WORK, a folder of their own, SOURCE, GENERATOR, COMPILER, FLAGS and BUILD_TYPE.

# Leaves what it printed in `output`.
function(expect_exit expected what)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${WORK}" RESULT_VARIABLE code
                  OUTPUT_VARIABLE out ERROR_VARIABLE err)
  if(NOT code EQUAL expected)
    message(FATAL_ERROR "${what} ended with ${code}, not ${expected}\n${out}\n${err}")
  endif()
  set(output "${out}" PARENT_SCOPE)
  set(errors "${err}" PARENT_SCOPE)
endfunction()

macro(expect_success what)
  expect_exit(0 "${what}" ${ARGN})
endmacro()

function(expect_in_output text)
  string(FIND "${output}" "${text}" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "there is no '${text}' in\n${output}")
  endif()
endfunction()

# In PROJECT/build.
macro(build_outside project)
  file(MAKE_DIRECTORY "${WORK}")
  expect_success("the configuration of ${project}" "${CMAKE_COMMAND}"
    -S "${project}" -B "${project}/build" -G "${GENERATOR}" "-DCMAKE_PREFIX_PATH=${PREFIX}"
    "-DCMAKE_CXX_COMPILER=${COMPILER}" "-DCMAKE_CXX_FLAGS=${FLAGS}"
    "-DCMAKE_BUILD_TYPE=${BUILD_TYPE}")
  expect_success("the build of ${project}" "${CMAKE_COMMAND}" --build "${project}/build" -j 2)
endmacro()

# Lines without their indentation, and without empty ones.
function(flatten text result)
  string(REGEX REPLACE "\n[ \n]+" "\n" flat "\n${text}\n")
  set(${result} "${flat}" PARENT_SCOPE)
endfunction()

# expect_examples(PAGE FILE...): each block of C++, YAML or CMake that the page shows stands in one
# of these files, line for line. Indentation and empty lines do not count.
function(expect_examples page)
  set(sources "")
  foreach(file IN LISTS ARGN)
    file(READ "${file}" text)
    flatten("${text}" flat)
    string(APPEND sources "${flat}")
  endforeach()
  file(READ "${page}" rest)
  set(blocks 0)
  while(rest MATCHES "\n```(cpp|yaml|cmake)\n")
    string(FIND "${rest}" "${CMAKE_MATCH_0}" start)
    string(LENGTH "${CMAKE_MATCH_0}" opening)
    math(EXPR start "${start} + ${opening}")
    string(SUBSTRING "${rest}" ${start} -1 rest)
    string(FIND "${rest}" "```" end)
    string(SUBSTRING "${rest}" 0 ${end} block)
    math(EXPR end "${end} + 3")
    string(SUBSTRING "${rest}" ${end} -1 rest)
    flatten("${block}" flat)
    string(FIND "${sources}" "${flat}" found)
    if(found EQUAL -1)
      message(FATAL_ERROR "${page} shows what no example has:\n${block}")
    endif()
    math(EXPR blocks "${blocks} + 1")
  endwhile()
  if(blocks EQUAL 0)
    message(FATAL_ERROR "${page} shows no example")
  endif()
endfunction()
