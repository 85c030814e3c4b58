#include "text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *at;
  size_t left;
} buffer;

static void put(buffer *b, const char *format, ...) {
  va_list args;
  va_start(args, format);
  int n = vsnprintf(b->at, b->left, format, args);
  va_end(args);
  size_t used = n < 0 ? 0 : (size_t)n < b->left ? (size_t)n : b->left - 1;
  b->at += used;
  b->left -= used;
}

static void put_value(buffer *b, const mg_value *v);

static void put_float(buffer *b, double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  if (isnan(x)) {
    put(b, "fNaN");
  } else {
    put(b, "f%016" PRIx64, bits);
  }
}

// put_string decodes UTF-8, which the server has checked.
static void put_string(buffer *b, const mg_string *s) {
  const unsigned char *p = (const unsigned char *)mg_string_data(s), *end = p + mg_string_size(s);
  put(b, "\"");
  while (p < end) {
    uint32_t c = *p++;
    int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    if (more) c &= 0x3F >> more;
    for (; more && p < end; more--) c = c << 6 | (*p++ & 0x3F);
    if (c < ' ' || c > '~' || c == '"' || c == '\\') {
      put(b, "\\u{%" PRIX32 "}", c);
    } else {
      put(b, "%c", (int)c);
    }
  }
  put(b, "\"");
}

static int by_text(const void *a, const void *b) {
  const mg_string *x = *(const mg_string *const *)a, *y = *(const mg_string *const *)b;
  uint32_t n = mg_string_size(x), m = mg_string_size(y);
  int c = memcmp(mg_string_data(x), mg_string_data(y), n < m ? n : m);
  return c ? c : (n > m) - (n < m);
}

static void put_map(buffer *b, const mg_map *m) {
  const mg_string *keys[64];
  uint32_t n = mg_map_size(m);
  if (n > 64) n = 64;
  for (uint32_t i = 0; i < n; i++) keys[i] = mg_map_key_at(m, i);
  qsort(keys, n, sizeof keys[0], by_text);
  put(b, "{");
  for (uint32_t i = 0; i < n; i++) {
    put(b, "%s%.*s: ", i ? ", " : "", (int)mg_string_size(keys[i]), mg_string_data(keys[i]));
    put_value(b, mg_map_at2(m, mg_string_size(keys[i]), mg_string_data(keys[i])));
  }
  put(b, "}");
}

static void put_node(buffer *b, const mg_node *n) {
  const mg_string *labels[64];
  uint32_t count = mg_node_label_count(n);
  if (count > 64) count = 64;
  for (uint32_t i = 0; i < count; i++) labels[i] = mg_node_label_at(n, i);
  qsort(labels, count, sizeof labels[0], by_text);
  put(b, "(");
  for (uint32_t i = 0; i < count; i++) put(b, ":%.*s", (int)mg_string_size(labels[i]), mg_string_data(labels[i]));
  put(b, " ");
  put_map(b, mg_node_properties(n));
  put(b, ")");
}

static void put_relationship(buffer *b, const mg_string *type, const mg_map *properties) {
  put(b, "[:%.*s ", (int)mg_string_size(type), mg_string_data(type));
  put_map(b, properties);
  put(b, "]");
}

static void put_path(buffer *b, const mg_path *p) {
  put_node(b, mg_path_node_at(p, 0));
  for (uint32_t i = 0; i < mg_path_length(p); i++) {
    const mg_unbound_relationship *r = mg_path_relationship_at(p, i);
    int reversed = mg_path_relationship_reversed_at(p, i);
    put(b, reversed ? "<-" : "-");
    put_relationship(b, mg_unbound_relationship_type(r), mg_unbound_relationship_properties(r));
    put(b, reversed ? "-" : "->");
    put_node(b, mg_path_node_at(p, i + 1));
  }
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

// put_date writes a day of the proleptic Gregorian calendar, counted from 1970.
static void put_date(buffer *b, int64_t days) {
  days += 719468;  // from 0000-03-01
  int64_t era = floor_div(days, 146097), day = days - era * 146097;
  int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
  int64_t of_year = day - (365 * year + year / 4 - year / 100);
  int64_t month = (5 * of_year + 2) / 153, of_month = of_year - (153 * month + 2) / 5 + 1;
  month += month < 10 ? 3 : -9;
  put(b, "%" PRId64 "-%02d-%02d", year + era * 400 + (month <= 2), (int)month, (int)of_month);
}

static void put_clock(buffer *b, int64_t seconds, int64_t nanos) {
  put(b, "%02d:%02d:%02d.%09d", (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60), (int)nanos);
}

static void put_moment(buffer *b, int64_t seconds, int64_t nanos) {
  int64_t days = floor_div(seconds, 86400);
  put_date(b, days);
  put(b, "T");
  put_clock(b, seconds - days * 86400, nanos);
}

static const int64_t second = 1000000000;

static void put_temporal(buffer *b, const mg_value *v) {
  switch (mg_value_get_type(v)) {
    case MG_VALUE_TYPE_DATE:
      put(b, "date ");
      put_date(b, mg_date_days(mg_value_date(v)));
      break;
    case MG_VALUE_TYPE_TIME: {
      const mg_time *t = mg_value_time(v);
      put(b, "time ");
      put_clock(b, mg_time_nanoseconds(t) / second, mg_time_nanoseconds(t) % second);
      put(b, " %+" PRId64, mg_time_tz_offset_seconds(t));
      break;
    }
    case MG_VALUE_TYPE_LOCAL_TIME: {
      int64_t nanos = mg_local_time_nanoseconds(mg_value_local_time(v));
      put(b, "localtime ");
      put_clock(b, nanos / second, nanos % second);
      break;
    }
    case MG_VALUE_TYPE_LOCAL_DATE_TIME: {
      const mg_local_date_time *t = mg_value_local_date_time(v);
      put(b, "localdatetime ");
      put_moment(b, mg_local_date_time_seconds(t), mg_local_date_time_nanoseconds(t));
      break;
    }
    case MG_VALUE_TYPE_DATE_TIME: {
      const mg_date_time *t = mg_value_date_time(v);
      put(b, "datetime ");
      put_moment(b, mg_date_time_seconds(t), mg_date_time_nanoseconds(t));
      put(b, " %+" PRId64, 60 * mg_date_time_tz_offset_minutes(t));
      break;
    }
    case MG_VALUE_TYPE_DATE_TIME_ZONE_ID: {
      const mg_date_time_zone_id *t = mg_value_date_time_zone_id(v);
      const mg_string *zone = mg_date_time_zone_id_timezone_name(t);
      put(b, "datetime ");
      put_moment(b, mg_date_time_zone_id_seconds(t), mg_date_time_zone_id_nanoseconds(t));
      put(b, " ? %.*s", (int)mg_string_size(zone), mg_string_data(zone));
      break;
    }
    default: {
      const mg_duration *d = mg_value_duration(v);
      put(b, "duration %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64, mg_duration_months(d), mg_duration_days(d),
          mg_duration_seconds(d), mg_duration_nanoseconds(d));
    }
  }
}

static void put_list(buffer *b, const mg_list *l) {
  put(b, "[");
  for (uint32_t i = 0; i < mg_list_size(l); i++) {
    put(b, i ? ", " : "");
    put_value(b, mg_list_at(l, i));
  }
  put(b, "]");
}

static void put_point(buffer *b, int64_t srid, const double *c, int n) {
  put(b, "point %" PRId64, srid);
  for (int i = 0; i < n; i++) {
    put(b, " ");
    put_float(b, c[i]);
  }
}

static void put_value(buffer *b, const mg_value *v) {
  switch (mg_value_get_type(v)) {
    case MG_VALUE_TYPE_NULL: put(b, "null"); break;
    case MG_VALUE_TYPE_BOOL: put(b, mg_value_bool(v) ? "true" : "false"); break;
    case MG_VALUE_TYPE_INTEGER: put(b, "%" PRId64, mg_value_integer(v)); break;
    case MG_VALUE_TYPE_FLOAT: put_float(b, mg_value_float(v)); break;
    case MG_VALUE_TYPE_STRING: put_string(b, mg_value_string(v)); break;
    case MG_VALUE_TYPE_LIST: put_list(b, mg_value_list(v)); break;
    case MG_VALUE_TYPE_MAP: put_map(b, mg_value_map(v)); break;
    case MG_VALUE_TYPE_NODE: put_node(b, mg_value_node(v)); break;
    case MG_VALUE_TYPE_RELATIONSHIP: {
      const mg_relationship *r = mg_value_relationship(v);
      put_relationship(b, mg_relationship_type(r), mg_relationship_properties(r));
      break;
    }
    case MG_VALUE_TYPE_PATH: put_path(b, mg_value_path(v)); break;
    case MG_VALUE_TYPE_POINT_2D: {
      const mg_point_2d *p = mg_value_point_2d(v);
      put_point(b, mg_point_2d_srid(p), (double[]){mg_point_2d_x(p), mg_point_2d_y(p)}, 2);
      break;
    }
    case MG_VALUE_TYPE_POINT_3D: {
      const mg_point_3d *p = mg_value_point_3d(v);
      put_point(b, mg_point_3d_srid(p), (double[]){mg_point_3d_x(p), mg_point_3d_y(p), mg_point_3d_z(p)}, 3);
      break;
    }
    case MG_VALUE_TYPE_UNKNOWN: put(b, "unknown"); break;
    default: put_temporal(b, v);
  }
}

void text_of(const mg_value *v, char *out, size_t size) {
  buffer b = {out, size};
  put_value(&b, v);
}
