# cmake -DPREFIX=... -DSOURCE=... -DWORK=... -DGENERATOR=... -DCOMPILER=... -DFLAGS=...
#       -DBUILD_TYPE=... -P consumer_test.cmake
#
# Builds a copy of protocols/naive outside the tree with find_package(windtunnel), and expects it to
# show its violation: by its command and in tests of its own.
include("${CMAKE_CURRENT_LIST_DIR}/outside.cmake")

file(REMOVE_RECURSE "${WORK}")

# The copy has a namespace of its own: the installed library holds the original.
set(project "${WORK}/project")
foreach(name CMakeLists.txt main.cpp my-kv.yaml my_kv_test.cpp failing_test.cpp)
  file(COPY "${SOURCE}/tests/consumer/${name}" DESTINATION "${project}")
endforeach()
file(COPY "${SOURCE}/tests/consumer/my_kv.h" DESTINATION "${project}/my_store")
file(GLOB files "${SOURCE}/protocols/naive/*.h" "${SOURCE}/protocols/naive/*.cpp")
foreach(file IN LISTS files)
  file(READ "${file}" text)
  string(REPLACE "<windtunnel/protocols/naive/" "<my_store/" text "${text}")
  string(REPLACE "windtunnel::naive" "windtunnel::my_store" text "${text}")
  get_filename_component(name "${file}" NAME)
  file(WRITE "${project}/my_store/${name}" "${text}")
endforeach()

build_outside("${project}")

set(command "${project}/build/my-windtunnel")
expect_success("list services" "${command}" list services)
expect_in_output("my-kv  ")
expect_success("the run" "${command}" run "${project}/my-kv.yaml" --seeds 1..20
  --out "${WORK}/out" --json)
expect_in_output("\"check\":\"linearizable\",\"workload\":\"kv\",\"verdict\":\"violated\"")

# Its tests pass, and a test that fails leaves a report and says how to see it again.
function(run_test name)
  execute_process(COMMAND "${project}/build/${name}" WORKING_DIRECTORY "${project}"
                  RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err)
  set(code "${code}" PARENT_SCOPE)
  set(output "${out}${err}" PARENT_SCOPE)
endfunction()
run_test(my-kv-test)
expect_in_output("[  PASSED  ] 3 tests.")
run_test(my-failing-test)
expect_in_output("linearizable (kv) is violated: The register held")
expect_in_output("  report   windtunnel-out/my-kv-stale-read/3/report.html")
expect_in_output("  replay   build/my-windtunnel replay windtunnel-out/my-kv-stale-read/3")
if(code EQUAL 0 OR NOT EXISTS "${project}/windtunnel-out/my-kv-stale-read/3/report.html")
  message(FATAL_ERROR "the failing test (${code}) left no report\n${output}")
endif()
expect_success("the replay" "${command}" replay "${project}/windtunnel-out/my-kv-stale-read/3")
expect_in_output("the same: verdict and trace hash")

# The page shows the whole test.
file(READ "${SOURCE}/tests/consumer/my_kv_test.cpp" example)
file(READ "${SOURCE}/docs/testing-in-cpp.md" output)
expect_in_output("${example}")

expect_success("the installed command" "${PREFIX}/bin/windtunnel" --version)
file(REMOVE_RECURSE "${WORK}")
