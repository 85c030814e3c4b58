// Flags of the server that the tests set, with its types and ranges. Prints all
// flags with their values.
#include <gflags/gflags.h>

#include <iostream>
#include <vector>

DEFINE_int32(bolt_port, 7687, "Port on which the Bolt server should listen; 0 picks a free one.");
DEFINE_int32(coordinator_id, 2147483647, "Identity of a coordinator.");
DEFINE_uint32(stream_transaction_conflict_retries, 30, "How often a transaction of a stream is tried again.");
DEFINE_uint64(storage_rocksdb_keep_log_file_num, 1000, "Kept log files of RocksDB.");
DEFINE_int64(query_vertex_count_to_expand_existing, 10, "Nodes of an index up to which it is preferred to expanding.");
DEFINE_double(query_execution_timeout_sec, 600, "Seconds.");
DEFINE_bool(storage_wal_enabled, true, "Write a log.");
DEFINE_bool(telemetry_enabled, false, "Send data.");
DEFINE_string(aws_region, "", "Region of the object store.");
DEFINE_string(kafka_bootstrap_servers, "", "Kafka servers.");

// The server has these of its own.
DEFINE_bool(strict_flag_check, true, "");
DEFINE_bool(default_config, true, "");
DEFINE_bool(print_config, false, "");

static bool IsPort(const char *name, int32_t value) {
  if (value >= 0 && value <= 65535) return true;
  std::cerr << "Expected --" << name << " to be in range [0, 65535]" << std::endl;
  return false;
}
DEFINE_validator(bolt_port, &IsPort);

static bool IsTime(const char *name, double value) {
  if (value >= 0 && value <= 316224000) return true;
  std::cerr << "Expected --" << name << " to be in range [0, 316224000]" << std::endl;
  return false;
}
DEFINE_validator(query_execution_timeout_sec, &IsTime);

int main(int argc, char **argv) {
  gflags::SetUsageMessage("Drawbolt graph database server");
  gflags::SetVersionString("VERSION");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  std::vector<gflags::CommandLineFlagInfo> flags;
  gflags::GetAllFlags(&flags);
  for (const auto &f : flags)
    std::cout << "--" << f.name << "=" << f.current_value << std::endl;
}
