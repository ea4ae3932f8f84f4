# cmake -DPREFIX=... -P new_test.cmake (and what outside.cmake names)
#
# What docs/first-protocol.md says: `new --protocol` writes a project that is built outside of the
# tree and passes, whose command calls itself by its name; the page's blocks are the code's; the bug
# that it plants is found.
include("${CMAKE_CURRENT_LIST_DIR}/outside.cmake")

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
set(name my-register)
set(project "${WORK}/${name}")
file(READ "${SOURCE}/docs/first-protocol.md" page)

# In RESULT the page's first block that begins with ```INFO, and in `page` what follows it. An empty
# one is an error.
function(take_block result info)
  string(FIND "${page}" "\n```${info}\n" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "the page has no further block '${info}'")
  endif()
  string(LENGTH "\n```${info}\n" length)
  math(EXPR at "${at} + ${length}")
  string(SUBSTRING "${page}" ${at} -1 rest)
  string(FIND "${rest}" "```\n" end)
  string(SUBSTRING "${rest}" 0 ${end} block)
  string(SUBSTRING "${rest}" ${end} -1 rest)
  set(${result} "${block}" PARENT_SCOPE)
  set(page "${rest}" PARENT_SCOPE)
endfunction()

# The project's command as the page calls it, where the page calls it from.
function(expect_run_of_page expected)
  list(JOIN ARGN " " line)
  take_block(block "sh not-run")
  string(FIND "${block}" "build/${name}-tunnel ${line}\n" found)
  if(found EQUAL -1)
    message(FATAL_ERROR "the page does not run '${line}' in\n${block}")
  endif()
  set(page "${page}" PARENT_SCOPE)
  execute_process(COMMAND "build/${name}-tunnel" ${ARGN} WORKING_DIRECTORY "${project}"
                  RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err)
  if(NOT code EQUAL expected)
    message(FATAL_ERROR "'${line}' ended with ${code}, not ${expected}\n${out}\n${err}")
  endif()
  set(output "${out}" PARENT_SCOPE)
endfunction()

macro(expect_block_in_file info file)
  take_block(block "${info} ${file}")
  file(READ "${project}/${file}" output)
  expect_in_output("${block}")
endmacro()

take_block(block "sh not-run")  # the installation
take_block(block "sh")
if(NOT block STREQUAL "windtunnel new --protocol ${name}\n")
  message(FATAL_ERROR "the page begins otherwise:\n${block}")
endif()
expect_success("new" "${PREFIX}/bin/windtunnel" new --protocol ${name})
build_outside("${project}")
expect_run_of_page(0 run scenario.yaml)
expect_in_output("20 of 20 seeds: 20 passed, 0 failed, 0 unknown")

expect_block_in_file(cpp server.h)
expect_block_in_file(cpp client.h)
expect_block_in_file(yaml scenario.yaml)

# The change: lines without a mark are there, lines with + come between.
take_block(change "diff client.h")
set(change "\n${change}")
string(REGEX REPLACE "\n[+][^\n]*" "" before "${change}")
string(REGEX REPLACE "\n[ +]" "\n" before "${before}")
string(REGEX REPLACE "\n[ +]" "\n" after "${change}")
file(READ "${project}/client.h" right)
set(output "${right}")
expect_in_output("${before}")
string(REPLACE "${before}" "${after}" wrong "${right}")
file(WRITE "${project}/client.h" "${wrong}")
build_outside("${project}")
expect_run_of_page(0 run scenario.yaml)
expect_in_output("20 of 20 seeds: 20 passed")

# How much is shrunk in its time depends on the machine; what is found does not.
expect_run_of_page(1 fuzz fuzz.yaml --runs 100 --max-failures 1)
take_block(found "text")
string(FIND "${found}" "\n  shrunk " end)
string(SUBSTRING "${found}" 0 ${end} found)
expect_in_output("${found}")
set(findings "windtunnel-out/${name}-fuzz/findings")
expect_in_output("  rerun    build/${name}-tunnel run ${findings}/linearizable-")
expect_run_of_page(1 run fuzz.yaml --seed 27)
expect_in_output("  rerun    build/${name}-tunnel run fuzz.yaml --seed 27\n")
expect_in_output("was written and returned in between: the last read is stale")
file(READ "${project}/windtunnel-out/latest/result.json" output)
expect_in_output("build/${name}-tunnel run fuzz.yaml --seed 27")
file(READ "${project}/windtunnel-out/latest/report.html" output)
expect_in_output("query")

file(WRITE "${project}/client.h" "${right}")
build_outside("${project}")
expect_run_of_page(0 fuzz fuzz.yaml --runs 100)
expect_in_output("100 runs: 100 passed")

# It speaks of itself.
execute_process(COMMAND "build/${name}-tunnel" run none.yaml WORKING_DIRECTORY "${project}"
                RESULT_VARIABLE code ERROR_VARIABLE output)
expect_in_output("see `build/${name}-tunnel explain E001`")
expect_success("help" "${project}/build/${name}-tunnel" --help)
expect_in_output("Usage: ${name}-tunnel ")
expect_success("its own tests" "${CMAKE_CTEST_COMMAND}" --test-dir "${project}/build")
file(REMOVE_RECURSE "${WORK}")
