# The shipped scenario holds, and the page shows both groups of each node.
expect_run(0 "10 passed" "${project}/log.yaml" --seeds 1..10)
expect_run(0 "pass partition-log" "${project}/log.yaml" --seed 3)
read_report()
foreach(text "n/0" "n/1" "sends-and-polls" "client-poll")
  expect_in_output("${text}")
endforeach()
expect_success("show" "${command}" show "${WORK}/out/latest" --format lanes)
expect_in_output("n3/0         n3/1")

# One partition is never hosted on n3.
expect_run(1 "n3 says nothing in group n/1" "${project}/log.yaml" --seeds 1..10
  --set everywhere=false)
expect_in_output("recovers is violated: a majority was healed")

expect_run(0 "20 passed" "${project}/fuzz.yaml" --seeds 1..20)
expect_found("duplicate: " --set dedupe=false)
