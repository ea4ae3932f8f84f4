// Each rule, with text that it must accept and text that it must refuse.
#include "tests/tidy/tidy.h"

#include "tests/tidy/ratchet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace windtunnel::tidy {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

// The rules that refuse `text` as a file at `path`, in order.
std::vector<std::string> rules(const std::string& path, const std::string& text,
                               const std::string& header = "") {
  std::vector<std::string> names;
  for (const Finding& finding : check({path, text, header}).findings) {
    names.push_back(finding.rule);
  }
  return names;
}
std::vector<std::string> in_sim(const std::string& text) { return rules("sim/a.cpp", text); }
std::vector<std::string> in_function(const std::string& text) {
  return in_sim("void f() {\n" + text + "\n}\n");
}
Finding first(const std::string& path, const std::string& text) {
  const Findings findings = check({path, text, ""}).findings;
  return findings.empty() ? Finding{} : findings.front();
}

TEST(Layers, LowerLayersMayBeIncluded) {
  EXPECT_THAT(rules("sim/a.cpp", "#include <windtunnel/protocols/env/env.h>\n"), IsEmpty());
  EXPECT_THAT(rules("sim/net/a.cpp", "#include <windtunnel/sim/trace/trace.h>\n"), IsEmpty());
  EXPECT_THAT(rules("sim/net/a.cpp", "#include <windtunnel/sim/simulation.h>\n"), IsEmpty());
  EXPECT_THAT(rules("protocols/host/a.cpp", "#include <windtunnel/protocols/raft/raft.h>\n"),
              IsEmpty());
  EXPECT_THAT(rules("cli/a.cpp", "#include <windtunnel/protocols/asio/env.h>\n"), IsEmpty());
  EXPECT_THAT(rules("scenarios/gtest/a.cpp", "#include <windtunnel/scenarios/engine/run.h>\n"),
              IsEmpty());
  EXPECT_THAT(rules("tests/unit/a_test.cpp", "#include <windtunnel/scenarios/gtest/matchers.h>\n"),
              IsEmpty());
  EXPECT_THAT(rules("tests/unit/sim/a_test.cpp", "#include <windtunnel/cli/command.h>\n"),
              IsEmpty());
}

TEST(Layers, HigherLayersAndSiblingsMayNotBeIncluded) {
  for (const auto& [path, included] : std::vector<std::pair<std::string, std::string>>{
           {"protocols/raft/a.cpp", "sim/simulation.h"},
           {"protocols/env/a.h", "protocols/raft/raft.h"},
           {"protocols/raft/a.cpp", "protocols/rpc/rpc.h"},
           {"sim/a.cpp", "protocols/raft/raft.h"},
           {"sim/trace/a.cpp", "sim/simulation.h"},
           {"sim/a.cpp", "faults/plan.h"},
           {"checkers/a.cpp", "sim/simulation.h"},
           {"reports/a.cpp", "sim/simulation.h"},
           {"scenarios/engine/a.cpp", "protocols/asio/env.h"},
           {"scenarios/engine/a.cpp", "cli/command.h"},
           {"scenarios/engine/a.cpp", "protocols/raft/raft.h"},
           {"scenarios/engine/a.cpp", "harness/builtin.h"},
           {"checkers/a.cpp", "protocols/kv/message.h"},
           {"faults/plan/a.cpp", "protocols/host/host.h"},
           {"reports/words/a.cpp", "protocols/naive/naive.h"},
           {"scenarios/engine/a.cpp", "scenarios/gtest/matchers.h"},
           {"cli/a.cpp", "scenarios/gtest/matchers.h"},
           {"scenarios/rapidcheck/a.cpp", "scenarios/gtest/matchers.h"},
           {"scenarios/gtest/a.cpp", "cli/command.h"}}) {
    std::string text = "#pragma once\n#include <windtunnel/";
    text += included + ">\n";
    EXPECT_THAT(rules(path, text), ElementsAre("layer")) << path << " " << included;
  }
}

TEST(Layers, NewFolderNeedsALayer) {
  EXPECT_THAT(rules("protocols/gossip/a.cpp", "int f();\n"), ElementsAre("layer"));
}

TEST(Layers, BoostAsioStaysInItsFolder) {
  EXPECT_THAT(rules("protocols/asio/a.cpp", "#include <boost/asio.hpp>\n"), IsEmpty());
  EXPECT_THAT(rules("scenarios/engine/a.cpp", "#include <boost/asio/post.hpp>\n"),
              ElementsAre("layer"));
}

TEST(Layers, IncludesArePathsFromTheRoot) {
  EXPECT_THAT(rules("sim/a.cpp", "#include \"a.h\"\n"), ElementsAre("layer"));
  EXPECT_THAT(rules("cli/a.cpp", "#include \"a.h\"\n"), ElementsAre("layer"));
  for (const char* project : {"tests/consumer/log/a.cpp", "cli/starter/a.cpp"}) {
    EXPECT_THAT(rules(project, "#include \"a.h\"\n"), IsEmpty());
    EXPECT_THAT(rules(project, "#include \"sim/simulation.h\"\n"), ElementsAre("layer"));
  }
  EXPECT_THAT(rules("tests/unit/sim/a.cpp", "#include \"a.h\"\n"), ElementsAre("layer"));
}

TEST(ProtocolNames, AreRefusedBelowHarnessInEveryForm) {
  for (const char* path : {"sim/a.cpp", "faults/plan/a.h", "checkers/a.cpp",
                           "scenarios/gtest/a.cpp", "reports/page/a.cpp"}) {
    for (const char* text :
         {"RaftKvService* make();\n", "raft::Role role();\n", "const int last_raft_index = 1;\n",
          "f(\"raft.*\");\n", "f(\"service: naive-kv\");\n", "const int fromRaft = 1;\n"}) {
      const std::string code = std::string(path).ends_with(".h") ? "#pragma once\n" : "";
      EXPECT_THAT(rules(path, code + text), ElementsAre("protocol-name")) << path << text;
    }
  }
}

TEST(ProtocolNames, LikeWordsCommentsAndOtherPlacesAreAccepted) {
  for (const char* text :
       {"const int draft = 1;\n", "// Raft does so.\n", "f(\"craft\");\n", "Kv kv();\n"}) {
    EXPECT_THAT(rules("scenarios/engine/a.cpp", text), IsEmpty()) << text;
  }
  for (const char* path :
       {"harness/a.cpp", "protocols/kv/a.cpp", "cli/a.cpp", "tests/unit/a.cpp"}) {
    EXPECT_THAT(rules(path, "RaftKvService s;\n"), Not(Contains("protocol-name"))) << path;
  }
}

TEST(Banned, NamesAreRefusedWithTheReplacement) {
  const Finding clock =
      first("sim/a.cpp", "auto f() { return std::chrono::steady_clock::now(); }\n");
  EXPECT_EQ(clock.rule, "banned");
  EXPECT_EQ(clock.line, 1U);
  EXPECT_THAT(clock.message, HasSubstr("Env::clock"));
}

TEST(Banned, EachIsRefused) {
  for (const char* text :
       {"use(std::chrono::system_clock::now());", "use(high_resolution_clock::now());",
        "use(time(nullptr));", "return std::time(nullptr);", "use(::rand());",
        "std::random_device d;", "std::uniform_int_distribution<int> d;", "std::shuffle(a, b, g);",
        "use(std::hash<int>());", "std::thread t(f);", "std::async(f);", "std::mutex m;",
        "thread_local int x;", "getenv(\"HOME\");", "printf(\"%p\", p);", "use(std::log(2));",
        "use(std::sqrt(2));"}) {
    EXPECT_THAT(in_function(text), testing::Contains("banned")) << text;
  }
  EXPECT_THAT(in_function("double x = 0;"), ElementsAre("floating-point"));
  EXPECT_THAT(in_sim("#include <cmath>\n"), ElementsAre("banned"));
}

TEST(Banned, LikeNamesAndOtherPlacesAreAccepted) {
  for (const char* text :
       {"// double, std::mutex, rand() and getenv() in a comment", "use(\"steady_clock\");",
        "use(record.time());", "use(trace->rand());", "Instant time(Event);", "use(log.size());",
        "Hash hash(bytes);", "use(sim::time(1));", "int double_size = 1;"}) {
    EXPECT_THAT(in_function(text), IsEmpty()) << text;
  }
  EXPECT_THAT(rules("reports/a.cpp", "double f();\n"), IsEmpty());
  EXPECT_THAT(rules("protocols/asio/a.cpp", "std::chrono::steady_clock c();\n"), IsEmpty());
}

TEST(Banned, MacroBodiesAreRead) {
  EXPECT_THAT(in_sim("#define NOW \\\n  std::chrono::steady_clock::now()\n"),
              ElementsAre("banned"));
}

TEST(Globals, MutableOnesAreRefused) {
  for (const char* text :
       {"int counter = 0;\n", "namespace a {\nstd::vector<int> all;\n}\n", "static int counter;\n",
        "namespace {\nbool flag{false};\n}\n", "void f() {\n  static int calls = 0;\n}\n",
        "struct A {\n  static int count;\n};\n", "inline int x = 1;\n"}) {
    EXPECT_THAT(in_sim(text), ElementsAre("mutable-global")) << text;
  }
}

TEST(Globals, ConstantsFunctionsAndTypesAreAccepted) {
  for (const char* text :
       {"constexpr int kA = 1;\n", "const std::vector<int> kAll = {1, 2};\n", "int f(int x);\n",
        "static int f() { return 1; }\n", "void f() {\n  static const int kX = 1;\n}\n",
        "struct A {\n  static A make();\n  int member = 0;\n};\n", "using A = int;\n",
        "enum class K : int { a, b };\n", "namespace a::b {\nclass C;\n}\n",
        "template <class T>\nT g(T t) {\n  return t;\n}\n", "static_assert(sizeof(int) == 4);\n",
        "A::A(int x) : x_{x}, y_(x) {\n  x_ += 1;\n}\n",
        "bool operator==(const A& a, const A& b) { return a.x == b.x; }\n",
        "auto h() -> Task<int> {\n  int x = 1;\n}\n"}) {
    EXPECT_THAT(in_sim(text), IsEmpty()) << text;
  }
}

TEST(Unordered, IterationIsRefusedAndLookupAccepted) {
  const std::string member = "class A { std::unordered_map<int, std::vector<int>> by_id_; };\n";
  const std::string loop = "void A::f() { for (auto& e : by_id_) use(e); }\n";
  EXPECT_THAT(rules("sim/a.cpp", member + loop), ElementsAre("unordered"));
  EXPECT_THAT(rules("sim/a.cpp", loop, member), ElementsAre("unordered"));
  EXPECT_THAT(rules("sim/a.cpp", "void A::f() { auto i = by_id_.begin(); }\n", member),
              ElementsAre("unordered"));
  EXPECT_THAT(rules("sim/a.cpp", "void A::f() { use(by_id_.find(1)); }\n", member), IsEmpty());
  EXPECT_THAT(rules("sim/a.cpp", loop, "class A { std::map<int, int> by_id_; };\n"), IsEmpty());
}

TEST(OneDraw, TwoInAnExpressionAreRefused) {
  for (const char* text :
       {"f(env.random.draw(\"a\"), env.random.draw(\"b\"));",
        "env.timers.arm(env.clock.now() + d, w);", "if (env_.clock.now() < r.draw(1)) g();",
        "T t{r.draw(1), r.draw(2)};", "f([] { g(); }, r.draw(1), r.draw(2));",
        "use(this->env_.disk.a(), env_.disk.b());"}) {
    EXPECT_THAT(in_function(text), ElementsAre("one-draw")) << text;
  }
}

TEST(OneDraw, OneInAnExpressionIsAccepted) {
  for (const char* text :
       {"auto a = r.draw(1); auto b = r.draw(2);", "int a = r.draw(1), b = r.draw(2);",
        "for (auto t = c.now(); t < c.now(); ++t) g();",
        "if (env.clock.now() > x) { env.clock.now(); }", "f(now(), draw());",
        "f([&] { r.draw(1); }, [&] { r.draw(2); });", "sleep(env, env.clock.now());"}) {
    EXPECT_THAT(in_function(text), IsEmpty()) << text;
  }
  EXPECT_THAT(in_sim("A::A(Env& env) : a_(env.clock.now()), b_(env.random.draw(1)) {}\n"),
              IsEmpty());
}

TEST(OneDraw, TimeIsADrawButInTheSimulatorItself) {
  const std::string text = "auto f() { return a.now() - b.now(); }\n";
  EXPECT_THAT(rules("protocols/raft/a.cpp", text), ElementsAre("one-draw"));
  EXPECT_THAT(rules("sim/a.cpp", text), IsEmpty());
}

TEST(CoAwait, HazardsAreRefusedEverywhere) {
  for (const char* text : {"co_await f(Message{1});", "co_await f({.a = 1});", "A a{co_await f()};",
                           "auto x = c ? co_await f() : g();", "co_await f(c ? 1 : 2);",
                           "co_await f([] { g(); });", "co_await f([&](int x) { return x; });",
                           "auto [a, b] = co_await f();", "g(co_await a(), co_await b());",
                           "co_return A{co_await f()};", "if (co_await f(A{1})) g();"}) {
    const std::string body = std::string("Task<void> t(Env& env) {\n") + text + "\n}\n";
    EXPECT_THAT(rules("tests/a.cpp", body), testing::Contains("co-await")) << text;
  }
}

TEST(CoAwait, PlainFormsAreAccepted) {
  for (const char* text :
       {"co_await f(a);", "T r = co_await f(a);", "r = co_await f(a, g(b));",
        "co_return co_await f(a);", "if (co_await f(a)) { g(); } else { co_await h(); }",
        "while (co_await f(a)) { co_await h(); }", "A a{1}; co_await f(a);",
        "co_await f(table[i]);", "switch (co_await f(a)) { case 1: co_await g(); }",
        "auto make = [&] { return 1; }; co_await f(make);"}) {
    const std::string body = std::string("auto t(Env& env) -> Task<int> {\n") + text + "\n}\n";
    EXPECT_THAT(rules("tests/a.cpp", body), IsEmpty()) << text;
  }
}

TEST(CoAwait, LambdaCoroutinesMayNotCapture) {
  const std::string captures =
      "void f() { run([&](Env& env) -> Task<void> { co_await g(env); }); }\n";
  const std::string captures_none =
      "void f() { run([](Env& env) -> Task<void> { co_return; }); }\n";
  EXPECT_THAT(rules("tests/a.cpp", captures), ElementsAre("co-await"));
  EXPECT_THAT(rules("tests/a.cpp", captures_none), IsEmpty());
}

TEST(Shape, LinesTabsAndUnfinishedWork) {
  EXPECT_THAT(in_sim("// " + std::string(97, 'x') + "\n"), IsEmpty());
  EXPECT_THAT(in_sim("// " + std::string(98, 'x') + "\n"), ElementsAre("line-length"));
  EXPECT_THAT(in_sim("// https://" + std::string(98, 'x') + "\n"), IsEmpty());
  EXPECT_THAT(in_sim("\tint f();\n"), ElementsAre("tab"));
  EXPECT_THAT(in_sim("// TO"
                     "DO: later\n"),
              ElementsAre("unfinished"));
  EXPECT_THAT(in_sim("// TO"
                     "DOS is a name\n"),
              IsEmpty());
}

TEST(Shape, LongFilesAndFunctionsAreRefused) {
  const auto lines = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "  g();\n";
    return text;
  };
  EXPECT_THAT(in_sim("void f() {\n" + lines(68) + "}\n"), IsEmpty());
  EXPECT_THAT(in_sim("void f() {\n" + lines(69) + "}\n"), ElementsAre("function-length"));
  EXPECT_THAT(in_sim("struct A {\n" + lines(80) + "};\n"), IsEmpty());
  EXPECT_THAT(in_sim("class A : public B<C> {\n  void f() const {\n" + lines(69) + "  }\n};\n"),
              ElementsAre("function-length"));
  EXPECT_THAT(rules("sim/a.cpp", std::string(500, '\n')), IsEmpty());
  EXPECT_THAT(rules("sim/a.cpp", std::string(501, '\n')), ElementsAre("file-length"));
}

TEST(Shape, FunctionsAreNamed) {
  const Report report = check({"a.cpp", "A::A(int a) : a_(a) {}\nTEST(X, Says) {}\n", ""});
  ASSERT_EQ(report.functions.size(), 2U);
  EXPECT_EQ(report.functions[0].name, "A");
  EXPECT_EQ(report.functions[1].name, "X.Says");
}

TEST(Shape, HeadersAndPages) {
  EXPECT_THAT(rules("sim/a.h", "int f();\n"), ElementsAre("pragma-once"));
  EXPECT_THAT(rules("sim/a.h", "// What it is.\n#pragma once\nint f();\n"), IsEmpty());
  EXPECT_THAT(rules("a.md", "# Title\n\n```\n# not one\n```\n## Section\n"), IsEmpty());
  EXPECT_THAT(rules("a.md", "text\n"), ElementsAre("markdown-title"));
  EXPECT_THAT(rules("a.md", "# One\n# Two\n"), ElementsAre("markdown-title"));
}

TEST(Ratchet, ExceptionsHoldUpToTheirNumber) {
  const Findings two = {{"tab", "sim/a.h", 1, "", 1}, {"tab", "sim/b.h", 2, "", 2}};
  EXPECT_THAT(apply_ratchet(two, {{"tab", "sim/", 3, "why"}}), IsEmpty());
  EXPECT_EQ(apply_ratchet(two, {{"tab", "sim/", 2, "why"}}).size(), 2U);
  EXPECT_EQ(apply_ratchet(two, {{"tab", "sim/b.h", 2, "why"}}).size(), 1U);
}

TEST(Ratchet, ExceptionThatNothingNeedsIsRefused) {
  const Findings none = apply_ratchet({}, {{"tab", "sim/a.h", 3, "why"}});
  ASSERT_EQ(none.size(), 1U);
  EXPECT_EQ(none[0].rule, "ratchet");
}

TEST(Lexer, RawStringsDigitSeparatorsAndCharactersDoNotConfuse) {
  EXPECT_THAT(in_function("use(R\"x(double \" ( // )x\", 1'000'000, '\"', '\\'', \"\\\"\");"),
              IsEmpty());
  EXPECT_THAT(in_function("use(1'000); double d;"), ElementsAre("floating-point"));
}

}  // namespace
}  // namespace windtunnel::tidy
