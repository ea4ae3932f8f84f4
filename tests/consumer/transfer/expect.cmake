# The shipped scenario holds, with a power loss between the votes and the decision.
expect_run(0 "10 passed" "${project}/transfer.yaml" --seeds 1..10)
expect_run(0 "pass two-phase-bank" "${project}/transfer.yaml" --seed 3)
expect_success("show" "${command}" show "${WORK}/out/latest" --format table --limit 100000)
expect_in_output("has all votes for")

# A coordinator that forgets what it decided is found out, by clients too.
expect_run(1 "ends-once is violated" "${project}/transfer.yaml" --seeds 16..18 --set keeps=false)
expect_in_output("bank (w) is violated: wrong-total")
expect_in_output("one-bank (w) is violated")
expect_run(0 "20 passed" "${project}/fuzz.yaml" --seeds 1..20)
expect_found("ends a transaction otherwise than it was ended" --set keeps=false)
