// Plays the scenario with mgclient.hpp, the C++ face of mgclient.

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <mgclient.hpp>
#include <mutex>
#include <thread>

#include "text.h"

using Session = std::unique_ptr<mg::Client>;
using Row = std::vector<mg::Value>;

static const bool over_tls = std::getenv("DRAWBOLT_CA") != nullptr;

static void step(const std::string &name, const std::function<std::string()> &run) {
  std::string result;
  try {
    result = run();
  } catch (const std::exception &e) {
    result = std::string("failed: ") + e.what();
  }
  std::cout << name << ": " << result << std::endl;
}

static void uncovered(const std::string &name, const std::string &why) {
  step(name, [&] { return "not covered: " + why; });
}

// ask lets the runner do something to the server.
static void ask(const std::string &what) {
  std::string line;
  std::cout << "> " << what << std::endl;
  std::getline(std::cin, line);
}

static Session connect(bool tls, const char *password = std::getenv("DRAWBOLT_PASSWORD")) {
  mg::Client::Params params;
  params.host = std::getenv("DRAWBOLT_HOST");
  params.port = static_cast<uint16_t>(std::atoi(std::getenv("DRAWBOLT_PORT")));
  params.username = std::getenv("DRAWBOLT_USER");
  params.password = password;
  params.use_ssl = tls;
  return mg::Client::Connect(params);
}

static Session connect() {
  auto s = connect(over_tls);
  if (!s) throw std::runtime_error("no connection");
  return s;
}

static std::vector<Row> rows(mg::Client &s, const std::string &query, const mg::Map &params = mg::Map(size_t{0})) {
  if (!s.Execute(query, params.AsConstMap())) throw std::runtime_error("refused");
  return *s.FetchAll();
}

static int64_t number(mg::Client &s, const std::string &query) { return rows(s, query).at(0).at(0).ValueInt(); }

static std::string text(const mg::Value &v) {
  std::string out(1 << 16, '\0');
  text_of(v.ptr(), out.data(), out.size());
  return out.c_str();
}

static std::string value(const std::string &expression) {
  auto s = connect();
  if (expression.rfind("MATCH", 0) == 0) return text(rows(*s, expression).at(0).at(0));
  auto x = rows(*s, "RETURN " + expression + " AS x").at(0).at(0);
  mg::Map params(size_t{1});
  params.Insert("x", mg::Value(x));
  auto back = rows(*s, "UNWIND [$x, " + expression + "] AS v WITH DISTINCT v RETURN $x AS x, count(*) AS n", params).at(0);
  if (text(back[0]) != text(x) || back[1].ValueInt() != 1) {
    return text(x) + ", back " + text(back[0]) + ", " + text(back[1]) + " values";
  }
  return text(x);
}

static void values() {
  std::ifstream file(std::getenv("DRAWBOLT_VALUES"));
  for (std::string line; std::getline(file, line);) {
    if (line[0] == '#') continue;
    auto first = line.find('\t'), second = line.find('\t', first + 1);
    auto expression = line.substr(first + 1, second - first - 1);
    step("value " + line.substr(0, first), [&] { return value(expression); });
  }
  uncovered("bytes", "the API has no such value");
  step("large values", [] {
    auto s = connect();
    mg::List list(size_t{100000});
    for (int i = 0; i < 100000; i++) list.Append(mg::Value(0));
    mg::Map params(size_t{2});
    params.Insert("x", mg::Value(std::string(1 << 20, 'x')));
    params.Insert("y", mg::Value(std::move(list)));
    auto row = rows(*s, "RETURN $x AS x, $y AS y", params).at(0);
    return std::to_string(row[0].ValueString().size()) + ", " + std::to_string(row[1].ValueList().size());
  });
}

static void streams() {
  step("rows", [] {
    auto s = connect();
    int64_t n = 0, sum = 0;
    if (!s->Execute("UNWIND range(0, 99999) AS x RETURN x")) throw std::runtime_error("refused");
    for (auto row = s->FetchOne(); row; row = s->FetchOne(), n++) sum += (*row)[0].ValueInt();
    return std::to_string(n) + ", sum " + std::to_string(sum);
  });
  step("abandoned rows", [] {
    auto s = connect();
    if (!s->Execute("UNWIND range(0, 99999) AS x RETURN x")) throw std::runtime_error("refused");
    for (int i = 0; i < 2500; i++) s->FetchOne();
    s->DiscardAll();
    return "then [" + std::to_string(number(*s, "RETURN 1")) + "]";
  });
  step("failure after a row", []() -> std::string {
    auto s = connect();
    int64_t sum = 0;
    try {
      if (!s->Execute("UNWIND [1, 0, 2] AS x RETURN 10 / x AS y")) return "refused at once";
      while (auto row = s->FetchOne()) sum += (*row)[0].ValueInt();
    } catch (const mg::ClientException &) {
      return "[" + std::to_string(sum) + "], then client error";
    }
    return "it works";
  });
  uncovered("cancellation", "the API can not cancel");
}

static std::string ended(bool commit) {
  auto s = connect();
  if (!s->BeginTransaction()) return "no transaction";
  rows(*s, "CREATE (:Ended)");
  if (!(commit ? s->CommitTransaction() : s->RollbackTransaction())) return "no end";
  return std::to_string(number(*s, "MATCH (n:Ended) DELETE n RETURN count(n)"));
}

// write repeats the work after any failure: the API has no retry, does not say
// why a statement was refused, and can not begin again in a session whose
// transaction has failed.
static void write(const std::function<void(mg::Client &)> &work) {
  for (;;) {
    auto s = connect();
    if (!s->BeginTransaction()) throw std::runtime_error("no transaction");
    try {
      work(*s);
    } catch (const std::exception &) {
      continue;
    }
    if (s->CommitTransaction()) return;
  }
}

static void together(const std::vector<std::function<void()>> &workers) {
  std::vector<std::thread> threads;
  for (auto &w : workers) threads.emplace_back(w);
  for (auto &t : threads) t.join();
}

static std::string deadlock() {
  std::atomic<int> attempts = 0;
  std::mutex mutex;
  std::condition_variable here;
  int arrived = 0;
  auto worker = [&](const std::string &names) {
    bool met = false;
    write([&](mg::Client &s) {
      attempts++;
      for (char name : names) {
        rows(s, std::string("MATCH (f:Lock {name: '") + name + "'}) SET f.n = 1 RETURN 1");
        if (met) continue;
        met = true;
        std::unique_lock lock(mutex);
        arrived++;
        here.notify_all();
        here.wait(lock, [&] { return arrived == 2; });
      }
    });
  };
  together({[&] { worker("ab"); }, [&] { worker("ba"); }});
  return std::to_string(attempts) + " attempts";
}

static void transactions() {
  step("commit", [] { return ended(true); });
  step("rollback", [] { return ended(false); });
  step("transactions as text", [] {
    auto s = connect();
    for (auto q : {"BEGIN", "CREATE (:Text)", "COMMIT", "BEGIN", "CREATE (:Text)", "ROLLBACK"}) rows(*s, q);
    return std::to_string(number(*s, "MATCH (n:Text) DETACH DELETE n RETURN count(n)"));
  });
  step("conflict", [] {
    auto worker = [] {
      for (int i = 0; i < 10; i++) write([](mg::Client &s) { rows(s, "MATCH (c:Counter) SET c.n = c.n + 1 RETURN c.n"); });
    };
    together({worker, worker, worker, worker});
    return std::to_string(number(*connect(), "MATCH (c:Counter) WITH c, c.n AS n SET c.n = 0 RETURN n"));
  });
  step("deadlock", deadlock);
  for (auto name : {"bookmark", "timeout", "metadata"}) uncovered(name, "the API has no such option");
}

static void failures() {
  for (auto [name, query] : {std::pair{"syntax error", "NOT CYPHER"}, std::pair{"missing parameter", "RETURN $missing"},
                             std::pair{"constraint", "CREATE (n:Unique {key: 1}) RETURN n"}}) {
    step(name, [&, query = query] {
      auto s = connect();
      std::string what = "refused";
      try {
        if (s->Execute(query)) s->DiscardAll(), what = "it works";
      } catch (const mg::ClientException &) {
        what = "client error";
      }
      return what + ", then [" + std::to_string(number(*s, "RETURN 1")) + "]";
    });
  }
}

static std::string parallel() {
  std::atomic<int64_t> sum = 0;
  together(std::vector<std::function<void()>>(
      20, [&] { sum += number(*connect(), "UNWIND range(1, 1000) AS x RETURN sum(x) AS n"); }));
  return std::to_string(sum);
}

static void pool() {
  step("parallel", parallel);
  step("restart", []() -> std::string {
    auto s = connect();
    ask("restart");
    if (s->Execute("RETURN 1")) return "the session outlives its server";
    return std::to_string(number(*connect(), "MATCH (n:Unique) RETURN n.key")) + ", then " + parallel();
  });
  if (!over_tls) return;
  step("new certificate", [] {
    auto s = connect();
    s->BeginTransaction();
    ask("reload");
    auto n = number(*s, "RETURN 1");
    s->CommitTransaction();
    connect();
    return "[" + std::to_string(n) + "], then ok";
  });
}

int main() {
  std::signal(SIGPIPE, SIG_IGN);  // what OpenSSL raises when the server has gone
  mg::Client::Init();
  if (over_tls) {
    step("connect trusting all", [] { return connect(true) ? "ok" : "refused"; });
    uncovered("connect with the authority", "the API trusts every certificate");
    uncovered("connect without the authority", "the API trusts every certificate");
    step("connect in plaintext", [] { return connect(false) ? "it works" : "refused"; });
  }
  step("wrong password", [] { return connect(over_tls, "wrong") ? "it works" : "refused"; });
  uncovered("protocol", "the API does not tell");
  values();
  streams();
  transactions();
  failures();
  for (auto name : {"notification", "counters", "summary", "explain", "profile"}) uncovered(name, "the API hides the summary");
  uncovered("routing", "the API does not route");
  pool();
  mg::Client::Finalize();
}
