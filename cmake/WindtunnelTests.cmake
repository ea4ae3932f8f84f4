# The tests, found by glob: one executable for each library (tests/unit mirrors the tree) and one
# for each other folder of tests. Needs Debian's GoogleTest, RapidCheck and Google Benchmark.
find_package(GTest REQUIRED)
find_package(rapidcheck REQUIRED)
find_package(benchmark REQUIRED)

# Tests spend their time in the libraries, which are compiled as ever; optimised less, a test file
# compiles in half the time.
add_compile_options($<$<CONFIG:Release>:-O1>)

# GoogleTest costs a second in every test file; precompiled once, it costs a fifth of that.
add_library(test_pch OBJECT EXCLUDE_FROM_ALL "${PROJECT_SOURCE_DIR}/cmake/TestPch.cpp")
target_link_libraries(test_pch PRIVATE GTest::gmock)
target_precompile_headers(test_pch PRIVATE <gmock/gmock.h> <gtest/gtest.h>)

# One entry of ctest. Nothing is decided by how long it takes: the time-out is for what hangs. An
# entry that selects no test fails. COST: about how many seconds, where that is long, so that ctest
# starts it early; afterwards ctest knows by itself.
function(windtunnel_entry entry name label)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "FILTER;COST;SHARD;SHARDS" "")
  set(command ${name} --gtest_brief=1)
  if(arg_FILTER)
    list(APPEND command "--gtest_filter=${arg_FILTER}")
  endif()
  add_test(NAME ${entry} COMMAND ${command})
  set_tests_properties(${entry} PROPERTIES LABELS ${label} TIMEOUT 21600
    FAIL_REGULAR_EXPRESSION " 0 tests from 0 test suites ran"
    WORKING_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  if(arg_COST)
    set_tests_properties(${entry} PROPERTIES COST ${arg_COST})
  endif()
  if(arg_SHARDS)
    set_tests_properties(${entry} PROPERTIES
      ENVIRONMENT "GTEST_TOTAL_SHARDS=${arg_SHARDS};GTEST_SHARD_INDEX=${arg_SHARD}")
  endif()
endfunction()

# An entry for each file: the tests of the instantiation PREFIX that have its name as their
# parameter.
function(windtunnel_entry_each prefix name label)
  foreach(file IN LISTS ARGN)
    get_filename_component(stem "${file}" NAME_WE)
    string(REPLACE "-" "_" parameter "${stem}")
    windtunnel_entry(${prefix}.${stem} ${name} ${label} FILTER "${prefix}/*/${parameter}" COST 30)
  endforeach()
endfunction()

# How many entries the tests of a program are dealt to, where they take long together, so that
# `ctest -j` has something to do to the end; and the tests that have entries of their own.
set(shards_of_test_cli_suite 12)
set(shards_of_test_checkers 6)
set(shards_of_test_determinism 4)
set(shards_of_test_fuzzing 6)
set(shards_of_test_property 2)
set(apart_of_test_scenarios_suite "raft/*:naive/*")
set(apart_of_test_cli_suite "page/*")

# windtunnel_test(NAME LABEL SOURCE... [LINK target...] [NEEDS_COMMAND])
function(windtunnel_test name label)
  cmake_parse_arguments(PARSE_ARGV 2 arg "NEEDS_COMMAND" "" "LINK")
  if(NOT arg_UNPARSED_ARGUMENTS)
    return()
  endif()
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(${name} PRIVATE ${arg_LINK}
    GTest::gmock_main GTest::gtest rapidcheck rapidcheck_gtest)
  target_precompile_headers(${name} REUSE_FROM test_pch)
  target_compile_definitions(${name} PRIVATE "WT_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\""
    "WT_COMMAND=\"${PROJECT_BINARY_DIR}/windtunnel\"")
  foreach(source IN LISTS arg_UNPARSED_ARGUMENTS)
    file(RELATIVE_PATH folder "${PROJECT_SOURCE_DIR}" "${source}")
    get_filename_component(folder "${folder}" DIRECTORY)
    set_property(SOURCE "${source}" PROPERTY UNITY_GROUP "${folder}")
  endforeach()
  set_target_properties(${name} PROPERTIES UNITY_BUILD ${WINDTUNNEL_UNITY} UNITY_BUILD_MODE GROUP)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  if(arg_NEEDS_COMMAND)
    if(TARGET windtunnel)
      add_dependencies(${name} windtunnel)
    endif()
  endif()
  set(filter "")
  if(apart_of_${name})
    set(filter FILTER "-${apart_of_${name}}")
  endif()
  if(NOT shards_of_${name})
    windtunnel_entry(${name} ${name} ${label} ${filter})
    return()
  endif()
  foreach(shard RANGE 1 ${shards_of_${name}})
    math(EXPR index "${shard} - 1")
    windtunnel_entry(${name}.${shard} ${name} ${label} ${filter} COST 20
      SHARD ${index} SHARDS ${shards_of_${name}})
  endforeach()
endfunction()

# The world in which the unit tests of these libraries run.
set(world_of_host sim)
set(world_of_kv sim)
set(world_of_naive sim)
set(world_of_net sim)
set(world_of_raft harness)
set(world_of_rpc sim asio)
set(world_of_rpc_policy checkers)  # for its reader of JSON
set(world_of_scenarios harness)
set(world_of_fuzzing harness)
# What they share with others.
set(shared_of_env tests/bench/allocations.cpp)
set(shared_of_kv tests/bench/allocations.cpp)
set(shared_of_net tests/bench/allocations.cpp)
set(shared_of_rpc tests/bench/allocations.cpp)

get_property(libraries GLOBAL PROPERTY WINDTUNNEL_LIBRARIES)
foreach(library IN LISTS libraries)
  get_property(folders GLOBAL PROPERTY WINDTUNNEL_FOLDERS_${library})
  set(sources "")
  foreach(folder IN LISTS folders)
    file(GLOB found CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/unit/${folder}/*.cpp")
    list(APPEND sources ${found})
  endforeach()
  set(link windtunnel::${library})
  foreach(world IN LISTS world_of_${library})
    list(APPEND link "$<TARGET_NAME_IF_EXISTS:windtunnel_${world}>")
  endforeach()
  foreach(shared IN LISTS shared_of_${library})
    list(APPEND sources "${PROJECT_SOURCE_DIR}/${shared}")
  endforeach()
  windtunnel_test(test_${library} unit ${sources} LINK ${link})
endforeach()

list(TRANSFORM libraries PREPEND "windtunnel::" OUTPUT_VARIABLE everything)
foreach(folder property conformance transcripts determinism scenarios cli)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/${folder}/*.cpp")
  set(name test_${folder})
  if(folder IN_LIST libraries)
    set(name test_${folder}_suite)  # test_${folder} are the unit tests of that library.
  endif()
  windtunnel_test(${name} ${folder} ${sources} LINK ${everything} NEEDS_COMMAND)
endforeach()

# Each shipped scenario, and each page of the documentation.
foreach(family raft naive)
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/scenarios/${family}/*.yaml")
  windtunnel_entry_each(${family} test_scenarios_suite scenarios ${files})
endforeach()
file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/docs/*.md")
windtunnel_entry_each(page test_cli_suite cli ${files} "${PROJECT_SOURCE_DIR}/README.md")

file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/tidy/*.cpp")
windtunnel_test(test_tidy tidy ${sources})

# Installs what was built and uses it as strangers do, each outside the tree.
string(TOUPPER "${CMAKE_BUILD_TYPE}" type)
set(prefix "${PROJECT_BINARY_DIR}/tests/prefix")
add_test(NAME install COMMAND "${CMAKE_COMMAND}" --install "${PROJECT_BINARY_DIR}"
         --prefix "${prefix}")
set_tests_properties(install PROPERTIES LABELS consumer FIXTURES_SETUP prefix)
add_test(NAME uninstall COMMAND "${CMAKE_COMMAND}" -E rm -rf "${prefix}")
set_tests_properties(uninstall PROPERTIES LABELS consumer FIXTURES_CLEANUP prefix)

# windtunnel_outside(NAME SCRIPT [DEFINITION...])
function(windtunnel_outside name script)
  list(TRANSFORM ARGN PREPEND "-D")
  add_test(NAME ${name} COMMAND "${CMAKE_COMMAND}"
    "-DPREFIX=${prefix}" "-DSOURCE=${PROJECT_SOURCE_DIR}"
    "-DWORK=${PROJECT_BINARY_DIR}/tests/${name}" "-DGENERATOR=${CMAKE_GENERATOR}"
    "-DCOMPILER=${CMAKE_CXX_COMPILER}"
    "-DFLAGS=${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${type}}" "-DBUILD_TYPE=${CMAKE_BUILD_TYPE}"
    ${ARGN} -P "${PROJECT_SOURCE_DIR}/tests/consumer/${script}")
  set_tests_properties(${name} PROPERTIES LABELS consumer TIMEOUT 21600 COST 200
                       FIXTURES_REQUIRED prefix)
endfunction()
windtunnel_outside(consumer consumer_test.cmake)
windtunnel_outside(consumer.new new_test.cmake)
windtunnel_outside(consumer.log example_test.cmake EXAMPLE=log)
windtunnel_outside(consumer.frames example_test.cmake
                   EXAMPLE=frames PAGE=streams-and-timeouts)
windtunnel_outside(consumer.transfer example_test.cmake
                   EXAMPLE=transfer PAGE=operations-and-judges)

file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/bench/*.cpp")
if(sources)
  add_executable(windtunnel_bench ${sources})
  target_include_directories(windtunnel_bench PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(windtunnel_bench PRIVATE ${everything} benchmark::benchmark_main)
  target_compile_options(windtunnel_bench PRIVATE $<$<CONFIG:Release>:-O2>)
  target_compile_definitions(windtunnel_bench PRIVATE "WT_SOURCE_DIR=\"${PROJECT_SOURCE_DIR}\"")
  set_target_properties(windtunnel_bench PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}")
endif()

# The readers of histories under libFuzzer (`./dev fuzz-readers`), not part of `all`.
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/tests/fuzz/*.cpp"
       "${PROJECT_SOURCE_DIR}/checkers/history/*.cpp" "${PROJECT_SOURCE_DIR}/protocols/base/*.cpp")
  add_executable(fuzz_readers EXCLUDE_FROM_ALL ${sources})
  target_include_directories(fuzz_readers PRIVATE "${PROJECT_BINARY_DIR}/include")
  target_compile_options(fuzz_readers PRIVATE -O1 -fsanitize=fuzzer,address)
  target_link_options(fuzz_readers PRIVATE -fsanitize=fuzzer,address)
  target_link_libraries(fuzz_readers PRIVATE Boost::headers fmt::fmt)
endif()
