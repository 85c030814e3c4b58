// Plays the scenario with mgclient, the C library.

#include <inttypes.h>
#include <mgclient.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static const char *ca;
static const char *endless = "UNWIND range(1, 100000000000) AS x WITH x WHERE x < 0 RETURN count(x) AS n";
static const char *many = "UNWIND range(0, 99999) AS x RETURN x";

// A reply is the first row of a result, its summary, and what went wrong.
typedef struct {
  int status;  // 0 or an MG_ERROR
  int rows;
  int64_t sum;  // of the first column, where it holds integers
  mg_list *row;
  mg_map *summary;
  char error[512];
} reply;

static void step(const char *name, const char *result) {
  printf("%s: %s\n", name, result);
  fflush(stdout);
}

static void uncovered(const char *name, const char *why) {
  printf("%s: not covered: %s\n", name, why);
}

// ask lets the runner do something to the server.
static void ask(const char *what) {
  char line[16];
  printf("> %s\n", what);
  fflush(stdout);
  if (!fgets(line, sizeof line, stdin)) exit(1);
}

static int distrust(const char *host, const char *ip, const char *type, const char *fingerprint, void *data) {
  (void)host, (void)ip, (void)type, (void)fingerprint, (void)data;
  return 1;
}

static const char *password;

static mg_session *open_session(int tls, int trust, char *error) {
  mg_session_params *p = mg_session_params_make();
  mg_session *s = NULL;
  mg_session_params_set_host(p, getenv("DRAWBOLT_HOST"));
  mg_session_params_set_port(p, (uint16_t)atoi(getenv("DRAWBOLT_PORT")));
  mg_session_params_set_username(p, getenv("DRAWBOLT_USER"));
  mg_session_params_set_password(p, password);
  mg_session_params_set_sslmode(p, tls ? MG_SSLMODE_REQUIRE : MG_SSLMODE_DISABLE);
  if (!trust) mg_session_params_set_trust_callback(p, distrust);
  int status = mg_connect(p, &s);
  mg_session_params_destroy(p);
  if (status == 0) return s;
  if (error) snprintf(error, 512, "failed: %.480s", mg_session_error(s));
  mg_session_destroy(s);
  return NULL;
}

static mg_session *must_open(void) {
  char error[512];
  mg_session *s = open_session(ca != NULL, 1, error);
  if (!s) {
    fprintf(stderr, "%s\n", error);
    exit(1);
  }
  return s;
}

static int failed(reply *r, mg_session *s, int status) {
  r->status = status;
  snprintf(r->error, sizeof r->error, "%s", mg_session_error(s));
  return status;
}

// query runs a statement and reads its result, in pieces when piece is not 0.
// Parameters and extra belong to the caller.
static reply query_all(mg_session *s, const char *text, const mg_map *params, const mg_map *extra, int64_t piece) {
  reply r = {0};
  mg_result *result = NULL;
  mg_map *pull = NULL;
  if (piece) {
    pull = mg_map_make_empty(1);
    mg_map_insert(pull, "n", mg_value_make_integer(piece));
  }
  int status = mg_session_run(s, text, params, extra, NULL, NULL);
  for (int more = 1; status == 0 && more;) {
    if ((status = mg_session_pull(s, pull)) != 0) break;
    while ((status = mg_session_fetch(s, &result)) == 1) {
      const mg_list *row = mg_result_row(result);
      if (r.rows++ == 0) r.row = mg_list_copy(row);
      if (mg_value_get_type(mg_list_at(row, 0)) == MG_VALUE_TYPE_INTEGER) r.sum += mg_value_integer(mg_list_at(row, 0));
    }
    if (status != 0) break;
    const mg_value *has_more = mg_map_at(mg_result_summary(result), "has_more");
    more = has_more && mg_value_bool(has_more);
    if (!more) r.summary = mg_map_copy(mg_result_summary(result));
  }
  if (pull) mg_map_destroy(pull);
  if (status != 0) failed(&r, s, status);
  return r;
}

static reply query(mg_session *s, const char *text) { return query_all(s, text, NULL, NULL, 0); }

static void release(reply *r) {
  if (r->row) mg_list_destroy(r->row);
  if (r->summary) mg_map_destroy(r->summary);
}

static int execute(mg_session *s, const char *text) {
  reply r = query(s, text);
  release(&r);
  return r.status;
}

// number writes the first value of a result, or what went wrong.
static char *number(mg_session *s, const char *text, char *out) {
  reply r = query(s, text);
  if (r.status) {
    snprintf(out, 512, "failed: %.480s", r.error);
  } else if (r.row) {
    snprintf(out, 512, "%" PRId64, mg_value_integer(mg_list_at(r.row, 0)));
  } else {
    snprintf(out, 512, "no rows");
  }
  release(&r);
  return out;
}

// class names the kind of a failure: all that a program can tell.
static const char *class(int status) {
  switch (status) {
    case 0: return "it works";
    case MG_ERROR_CLIENT_ERROR: return "client error";
    case MG_ERROR_TRANSIENT_ERROR: return "transient error";
    case MG_ERROR_DATABASE_ERROR: return "database error";
    default: return "other error";
  }
}

static void value(mg_session *s, const char *name, const char *expression) {
  static char there[1 << 16], back[1 << 16], statement[4096], label[256];
  snprintf(label, sizeof label, "value %s", name);
  int whole = strncmp(expression, "MATCH", 5) == 0;
  snprintf(statement, sizeof statement, whole ? "%s" : "RETURN %s AS x", expression);
  reply r = query(s, statement);
  if (r.status) {
    printf("%s: failed: %s\n", label, r.error);
    release(&r);
    return;
  }
  text_of(mg_list_at(r.row, 0), there, sizeof there);
  if (whole) {
    step(label, there);
    release(&r);
    return;
  }
  mg_map *params = mg_map_make_empty(1);
  mg_map_insert(params, "x", mg_value_copy(mg_list_at(r.row, 0)));
  snprintf(statement, sizeof statement, "UNWIND [$x, %s] AS v WITH DISTINCT v RETURN $x AS x, count(*) AS n", expression);
  reply again = query_all(s, statement, params, NULL, 0);
  mg_map_destroy(params);
  if (again.status) {
    printf("%s: %s, back failed: %s\n", label, there, again.error);
  } else {
    int64_t n = mg_value_integer(mg_list_at(again.row, 1));
    text_of(mg_list_at(again.row, 0), back, sizeof back);
    if (n != 1 || strcmp(there, back) != 0) {
      printf("%s: %s, back %s, %" PRId64 " values\n", label, there, back, n);
    } else {
      step(label, there);
    }
  }
  release(&again);
  release(&r);
}

static void values(mg_session *s) {
  static char line[1 << 14];
  FILE *f = fopen(getenv("DRAWBOLT_VALUES"), "r");
  if (!f) exit(1);
  while (fgets(line, sizeof line, f)) {
    if (line[0] == '#') continue;
    char *name = strtok(line, "\t"), *expression = strtok(NULL, "\t");
    mg_session *own = must_open();  // a value that can not be sent spoils it
    value(own, name, expression);
    mg_session_destroy(own);
  }
  fclose(f);
  uncovered("bytes", "the API has no such value");

  char *x = malloc((1 << 20) + 1);
  memset(x, 'x', 1 << 20);
  x[1 << 20] = 0;
  mg_list *y = mg_list_make_empty(100000);
  for (int i = 0; i < 100000; i++) mg_list_append(y, mg_value_make_integer(0));
  mg_map *params = mg_map_make_empty(2);
  mg_map_insert(params, "x", mg_value_make_string(x));
  mg_map_insert(params, "y", mg_value_make_list(y));
  reply r = query_all(s, "RETURN $x AS x, $y AS y", params, NULL, 0);
  if (r.status) {
    printf("large values: failed: %s\n", r.error);
  } else {
    printf("large values: %u, %u\n", mg_string_size(mg_value_string(mg_list_at(r.row, 0))),
           mg_list_size(mg_value_list(mg_list_at(r.row, 1))));
  }
  mg_map_destroy(params);
  release(&r);
  free(x);
}

static void streams(mg_session *s) {
  reply r = query_all(s, many, NULL, NULL, 1000);
  printf("rows: %d, sum %" PRId64 "\n", r.rows, r.sum);
  release(&r);
  uncovered("abandoned rows", "a session reads its result to the end");
  r = query(s, "UNWIND [1, 0, 2] AS x RETURN 10 / x AS y");
  printf("failure after a row: [%" PRId64 "], then %s\n", r.sum, class(r.status));
  release(&r);
  uncovered("cancellation", "the API can not cancel");
}

// ended writes in an explicit transaction, ends it, and counts what is left.
static void ended(mg_session *s, const char *name, int commit) {
  char out[512];
  mg_result *result;
  int status = mg_session_begin_transaction(s, NULL);
  if (status == 0) status = execute(s, "CREATE (:Ended)");
  if (status == 0) status = commit ? mg_session_commit_transaction(s, &result) : mg_session_rollback_transaction(s, &result);
  if (status != 0) {
    printf("%s: failed: %s\n", name, mg_session_error(s));
    return;
  }
  step(name, number(s, "MATCH (n:Ended) DELETE n RETURN count(n)", out));
}

static void *count_up(void *arg) {
  mg_session *s = must_open();
  (void)arg;
  for (int done = 0; done < 10;) {
    int status = execute(s, "MATCH (c:Counter) SET c.n = c.n + 1 RETURN c.n");
    if (status == 0) done++;
    if (status != 0 && status != MG_ERROR_TRANSIENT_ERROR) {
      fprintf(stderr, "conflict: %s\n", mg_session_error(s));
      break;
    }
  }
  mg_session_destroy(s);
  return NULL;
}

static pthread_barrier_t both;
static int attempts;

static void *lock_two(void *names) {
  mg_session *s = must_open();
  int met = 0;
  for (int done = 0; !done;) {
    __atomic_add_fetch(&attempts, 1, __ATOMIC_SEQ_CST);
    execute(s, "BEGIN");
    int status = 0;
    for (const char *name = names; *name && status == 0; name++) {
      char statement[128];
      snprintf(statement, sizeof statement, "MATCH (f:Lock {name: '%c'}) SET f.n = 1 RETURN 1", *name);
      status = execute(s, statement);
      if (!met) {
        met = 1;
        pthread_barrier_wait(&both);
      }
    }
    if (status == 0) {
      done = execute(s, "COMMIT") == 0;
    } else if (status != MG_ERROR_TRANSIENT_ERROR) {
      fprintf(stderr, "deadlock: %s\n", mg_session_error(s));
      break;
    }
  }
  mg_session_destroy(s);
  return NULL;
}

static mg_map *option(const char *key, mg_value *v) {
  mg_map *m = mg_map_make_empty(1);
  mg_map_insert(m, key, v);
  return m;
}

static void transactions(mg_session *s) {
  char out[512];
  pthread_t threads[4];
  ended(s, "commit", 1);
  ended(s, "rollback", 0);
  const char *texts[] = {"BEGIN", "CREATE (:Text)", "COMMIT", "BEGIN", "CREATE (:Text)", "ROLLBACK"};
  for (int i = 0; i < 6; i++) execute(s, texts[i]);
  step("transactions as text", number(s, "MATCH (n:Text) DETACH DELETE n RETURN count(n)", out));

  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, count_up, NULL);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  step("conflict", number(s, "MATCH (c:Counter) WITH c, c.n AS n SET c.n = 0 RETURN n", out));

  pthread_barrier_init(&both, NULL, 2);
  pthread_create(&threads[0], NULL, lock_two, "ab");
  pthread_create(&threads[1], NULL, lock_two, "ba");
  for (int i = 0; i < 2; i++) pthread_join(threads[i], NULL);
  printf("deadlock: %d attempts\n", attempts);

  reply r = query(s, "CREATE (:Marked)");
  mg_list *marks = mg_list_make_empty(1);
  const mg_value *mark = r.summary ? mg_map_at(r.summary, "bookmark") : NULL;
  if (mark) mg_list_append(marks, mg_value_copy(mark));
  unsigned size = mg_list_size(marks);
  mg_map *extra = option("bookmarks", mg_value_make_list(marks));
  reply next = query_all(s, "MATCH (n:Marked) DELETE n RETURN count(n)", NULL, extra, 0);
  if (next.status) {
    printf("bookmark: failed: %s\n", next.error);
  } else {
    printf("bookmark: %u, then %" PRId64 "\n", size, next.sum);
  }
  mg_map_destroy(extra);
  release(&next);
  release(&r);

  extra = option("tx_timeout", mg_value_make_integer(200));
  r = query_all(s, endless, NULL, extra, 0);
  printf("timeout: %s, then [%s]\n", class(r.status), number(s, "RETURN 1", out));
  mg_map_destroy(extra);
  release(&r);

  mg_map *data = mg_map_make_empty(2);
  mg_map_insert(data, "foo", mg_value_make_float(1.5));
  mg_map_insert(data, "bar", mg_value_make_string("baz"));
  extra = option("tx_metadata", mg_value_make_map(data));
  r = query_all(s, "CALL tx.getMetaData()", NULL, extra, 0);
  if (r.row) text_of(mg_list_at(r.row, 0), out, sizeof out);
  step("metadata", r.row ? out : r.error);
  mg_map_destroy(extra);
  release(&r);
}

static const char *member(const mg_map *m, const char *key, char *out, size_t size) {
  const mg_value *v = m ? mg_map_at(m, key) : NULL;
  if (!v) return "missing";
  if (mg_value_get_type(v) == MG_VALUE_TYPE_STRING) {
    snprintf(out, size, "%.*s", (int)mg_string_size(mg_value_string(v)), mg_string_data(mg_value_string(v)));
  } else {
    text_of(v, out, size);
  }
  return out;
}

static const mg_map *inside(const mg_map *m, const char *key) {
  const mg_value *v = m ? mg_map_at(m, key) : NULL;
  return v && mg_value_get_type(v) == MG_VALUE_TYPE_MAP ? mg_value_map(v) : NULL;
}

static void summaries(mg_session *s) {
  char a[256], b[256], c[256], d[256];
  reply r = query(s, "EXPLAIN MATCH (n), (m) RETURN n, m");
  const mg_value *list = r.summary ? mg_map_at(r.summary, "notifications") : NULL;
  if (list && mg_list_size(mg_value_list(list)) > 0) {
    printf("notification: %u, %s\n", mg_list_size(mg_value_list(list)),
           member(mg_value_map(mg_list_at(mg_value_list(list), 0)), "code", a, sizeof a));
  } else {
    step("notification", "none");
  }
  release(&r);
  r = query(s, "CREATE (:Counted {a: 1, b: 2})-[:KNOWS {c: 3}]->(:Counted)");
  const mg_map *stats = inside(r.summary, "stats");
  printf("counters: %s nodes, %s relationships, %s properties, %s labels\n", member(stats, "nodes-created", a, sizeof a),
         member(stats, "relationships-created", b, sizeof b), member(stats, "properties-set", c, sizeof c),
         member(stats, "labels-added", d, sizeof d));
  release(&r);
  r = query(s, "MATCH (n:Counted) DETACH DELETE n");
  printf("summary: type %s, database %s, %s deleted\n", member(r.summary, "type", a, sizeof a),
         member(r.summary, "db", b, sizeof b), member(inside(r.summary, "stats"), "nodes-deleted", c, sizeof c));
  release(&r);
  r = query(s, "EXPLAIN MATCH (n:Fixture) RETURN n");
  printf("explain: %s\n", member(inside(r.summary, "plan"), "operatorType", a, sizeof a));
  release(&r);
  r = query(s, "PROFILE UNWIND [1, 2, 3] AS x RETURN x");
  const mg_map *profile = inside(r.summary, "profile");
  printf("profile: %s, %s rows\n", member(profile, "operatorType", a, sizeof a), member(profile, "rows", b, sizeof b));
  release(&r);
}

static void *sum_up(void *out) {
  mg_session *s = must_open();
  reply r = query(s, "UNWIND range(1, 1000) AS x RETURN sum(x) AS n");
  *(int64_t *)out = r.sum;
  release(&r);
  mg_session_destroy(s);
  return NULL;
}

static int64_t parallel(void) {
  pthread_t threads[20];
  int64_t sums[20], total = 0;
  for (int i = 0; i < 20; i++) pthread_create(&threads[i], NULL, sum_up, &sums[i]);
  for (int i = 0; i < 20; i++) {
    pthread_join(threads[i], NULL);
    total += sums[i];
  }
  return total;
}

static void pool(void) {
  char out[512];
  printf("parallel: %" PRId64 "\n", parallel());
  mg_session *old = must_open();
  ask("restart");
  int lost = execute(old, "RETURN 1");
  mg_session_destroy(old);
  mg_session *s = must_open();
  number(s, "MATCH (n:Unique) RETURN n.key", out);
  printf("restart: %s, then %" PRId64 "\n", lost ? out : "the session outlives its server", parallel());
  mg_session_destroy(s);
  if (!ca) return;
  s = must_open();
  execute(s, "BEGIN");
  ask("reload");
  number(s, "RETURN 1", out);
  execute(s, "COMMIT");
  mg_session *fresh = must_open();
  printf("new certificate: [%s], then %s\n", out, fresh ? "ok" : "refused");
  mg_session_destroy(fresh);
  mg_session_destroy(s);
}

// attempt connects once and prints what a user sees.
static int attempt(int tls) {
  char error[512];
  mg_session *s = open_session(tls, 1, error);
  puts(s ? "ok" : error + strlen("failed: "));
  if (s) mg_session_destroy(s);
  return 0;
}

int main(int argc, char **argv) {
  char error[512];
  ca = getenv("DRAWBOLT_CA");
  signal(SIGPIPE, SIG_IGN);  // what OpenSSL raises when the server has gone
  password = getenv("DRAWBOLT_PASSWORD");
  mg_init();
  if (argc == 3) return attempt(strchr(argv[2], '+') != NULL);
  if (ca) {
    mg_session *s = open_session(1, 1, error);
    step("connect trusting all", s ? "ok" : error);
    if (s) mg_session_destroy(s);
    uncovered("connect with the authority", "the API shows a program the key's fingerprint only");
    s = open_session(1, 0, error);
    step("connect without the authority", s ? "it works" : "refused");
    s = open_session(0, 1, error);
    step("connect in plaintext", s ? "it works" : "refused");
  }
  password = "wrong";
  mg_session *s = open_session(ca != NULL, 1, error);
  step("wrong password", s ? "it works" : "refused");
  password = getenv("DRAWBOLT_PASSWORD");
  uncovered("protocol", "the API does not tell");
  s = must_open();
  values(s);
  streams(s);
  transactions(s);
  const char *mistakes[][2] = {
      {"syntax error", "NOT CYPHER"},
      {"missing parameter", "RETURN $missing"},
      {"constraint", "CREATE (n:Unique {key: 1}) RETURN n"},
  };
  for (int i = 0; i < 3; i++) {
    reply r = query(s, mistakes[i][1]);
    printf("%s: %s, then [%s]\n", mistakes[i][0], class(r.status), number(s, "RETURN 1", error));
    release(&r);
  }
  summaries(s);
  mg_map *context = mg_map_make_empty(1);
  mg_map *table = NULL;
  mg_map_insert(context, "address", mg_value_make_string("drawbolt"));
  int status = mg_session_route(s, context, NULL, NULL, &table);
  step("routing", status == 0 && table ? number(s, "RETURN 1", error) : mg_session_error(s));
  mg_session_destroy(s);
  pool();
  mg_finalize();
  return 0;
}
