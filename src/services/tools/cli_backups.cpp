#include "cli_backups.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

namespace omniroute::services {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t most_kept = 5;
constexpr mode_t owner_only = 0600;

std::string copy_name(std::size_t index) { return std::to_string(index) + ".copy"; }

Json meta_of(const CliRecord& record) {
  Json json{{"id", record.id}, {"madeMs", record.made_ms}, {"action", record.action}, {"url", record.url}};
  json["keyId"] = record.key_id;
  json["undone"] = record.undone;
  json["files"] = Json::array();
  for (const CliCopy& copy : record.files)
    json["files"].push_back({{"path", copy.path},
                             {"target", copy.target},
                             {"there", copy.there},
                             {"mode", copy.mode},
                             {"before", copy.before},
                             {"after", copy.after}});
  return json;
}

/// Throws what nlohmann throws where a member is missing or of another type.
CliRecord record_of(const Json& json) {
  CliRecord record;
  record.id = json.at("id").get<std::string>();
  record.made_ms = json.at("madeMs").get<std::int64_t>();
  record.action = json.at("action").get<std::string>();
  record.url = json.at("url").get<std::string>();
  record.key_id = json.at("keyId").get<std::string>();
  record.undone = json.at("undone").get<bool>();
  for (const Json& file : json.at("files")) {
    CliCopy copy;
    copy.path = file.at("path").get<std::string>();
    copy.target = file.at("target").get<std::string>();
    copy.there = file.at("there").get<bool>();
    copy.mode = file.at("mode").get<mode_t>();
    copy.before = file.at("before").get<std::string>();
    copy.after = file.at("after").get<std::string>();
    record.files.push_back(std::move(copy));
  }
  return record;
}

std::optional<CliRecord> read_record(const std::string& folder) {
  Result<DiskFile> meta = read_disk_file(folder + "/meta.json");
  if (!meta || !meta->there) return std::nullopt;
  try {
    CliRecord record = record_of(Json::parse(meta->bytes));
    if (record.id != fs::path(folder).filename()) return std::nullopt;
    return record;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::vector<CliRecord> CliBackups::list() const {
  std::vector<CliRecord> records;
  std::error_code failure;
  for (fs::directory_iterator entry(folder_, failure), end; !failure && entry != end; entry.increment(failure))
    if (std::optional<CliRecord> record = read_record(entry->path().string())) records.push_back(*std::move(record));
  std::sort(records.begin(), records.end(), [](const CliRecord& a, const CliRecord& b) { return a.id > b.id; });
  return records;
}

std::optional<CliRecord> CliBackups::newest() const {
  for (CliRecord& record : list())
    if (!record.undone) return std::move(record);
  return std::nullopt;
}

Result<CliRecord> CliBackups::keep(CliRecord record, const std::vector<DiskFile>& files) const {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(clock_.wall_now());
  record.made_ms = now.time_since_epoch().count();
  // Two within one millisecond stay in order.
  std::error_code failure;
  do {
    const std::time_t seconds = record.made_ms / 1000;
    record.id = fmt::format("{:%Y%m%dT%H%M%S}{:03}Z", fmt::gmtime(seconds), record.made_ms % 1000);
  } while (fs::exists(folder_ + "/" + record.id, failure) && ++record.made_ms != 0);
  const std::string folder = folder_ + "/" + record.id + "/";
  for (std::size_t i = 0; i < files.size(); ++i)
    if (files[i].there)
      if (Status written = write_disk_file(folder + copy_name(i), files[i].bytes, owner_only); !written) return std::move(written).error();
  if (Status written = write_meta(record); !written) return std::move(written).error();
  thin_out();
  return record;
}

Status CliBackups::write_meta(const CliRecord& record) const {
  return write_disk_file(folder_ + "/" + record.id + "/meta.json", meta_of(record).dump(2) + "\n", owner_only);
}

void CliBackups::forget(const CliRecord& record) const {
  std::error_code failure;
  fs::remove_all(folder_ + "/" + record.id, failure);
}

Status CliBackups::mark_undone(CliRecord record) const {
  record.undone = true;
  return write_meta(record);
}

Result<std::string> CliBackups::bytes(const CliRecord& record, std::size_t index) const {
  Result<DiskFile> copy = read_disk_file(folder_ + "/" + record.id + "/" + copy_name(index));
  if (!copy) return std::move(copy).error();
  if (!copy->there || sum_of(copy->bytes) != record.files[index].before)
    return Error(ErrorKind::conflict, "The copy of " + record.files[index].path + " in " + folder_ + "/" + record.id + " is not whole.");
  return std::move(copy->bytes);
}

void CliBackups::thin_out() const {
  const std::vector<CliRecord> records = list();
  for (std::size_t i = most_kept; i < records.size(); ++i) forget(records[i]);
}

}  // namespace omniroute::services
