# The shipped scenario holds; frames inside the streams are lost by their class, and a server that
# hears nothing for too long hangs up.
expect_run(0 "10 passed" "${project}/frames.yaml" --seeds 1..10)
expect_run(0 "pass frame-store" "${project}/frames.yaml" --seed 3)
expect_success("show" "${command}" show "${WORK}/out/latest" --format table --limit 100000)
expect_in_output("answer to c1 is lost: rule")
expect_in_output("info: hangs up: timed-out")
if(output MATCHES "put to s1 is lost")
  message(FATAL_ERROR "more was lost than answers\n${output}")
endif()

# A client that takes a late answer for its own is found out.
expect_run(0 "20 passed" "${project}/fuzz.yaml" --seeds 1..20)
expect_found("which nobody wrote" --set checks=false)
