# cmake -DEXAMPLE=frames [-DPAGE=streams-and-timeouts] -DPREFIX=... -P example_test.cmake (and what
# outside.cmake names)
#
# Builds tests/consumer/EXAMPLE outside the tree. Its scenarios hold; its planted bugs are found by
# its own command, and named. What docs/PAGE.md shows of it is what it is.
include("${CMAKE_CURRENT_LIST_DIR}/outside.cmake")

file(REMOVE_RECURSE "${WORK}")
set(project "${WORK}/${EXAMPLE}")
file(COPY "${SOURCE}/tests/consumer/${EXAMPLE}" DESTINATION "${WORK}")

# An example is short.
file(GLOB sources "${project}/*.h" "${project}/*.cpp")
set(lines 0)
foreach(source IN LISTS sources)
  file(READ "${source}" text)
  string(REGEX MATCHALL "\n" ends "${text}")
  list(LENGTH ends count)
  math(EXPR lines "${lines} + ${count}")
endforeach()
if(lines GREATER 300)
  message(FATAL_ERROR "${EXAMPLE} has ${lines} lines, more than 300")
endif()

if(PAGE)
  file(GLOB shown "${project}/*.h" "${project}/*.cpp" "${project}/*.yaml" "${project}/*.txt")
  expect_examples("${SOURCE}/docs/${PAGE}.md" ${shown})
endif()

build_outside("${project}")
set(command "${project}/build/${EXAMPLE}-tunnel")

# expect_run(CODE TEXT ARGUMENTS...): `run` of a scenario.
macro(expect_run code text)
  expect_exit(${code} "run ${ARGN}" "${command}" run ${ARGN} --out "${WORK}/out")
  expect_in_output("${text}")
endmacro()

# The page of the last run that left one.
macro(read_report)
  file(READ "${WORK}/out/latest/report.html" output)
endmacro()

# expect_found(TEXT ARGUMENTS...): `fuzz` finds a bug of that kind within a minute, and so says the
# page of the scenario that it saved.
macro(expect_found text)
  expect_exit(1 "fuzz ${ARGN}" "${command}" fuzz "${project}/fuzz.yaml" ${ARGN} --time 60s
    --max-failures 1 --shrink-time 5s --out "${WORK}/out")
  expect_in_output("${text}")
  file(GLOB found "${WORK}/out/*/findings/*.yaml")
  expect_run(0 "is violated" ${found})
  read_report()
  expect_in_output("${text}")
endmacro()

include("${project}/expect.cmake")
file(REMOVE_RECURSE "${WORK}")
