#pragma once
#include <string>
#include <vector>

#include "cli_backups.hpp"
#include "cli_texts.hpp"

namespace omniroute::services {

/// One tool's files as they are on the disk now.
class CliTools::Work {
 public:
  Work(const CliTools& tools, const CliTool& tool) : tools_(tools), tool_(tool), backups_(tools.data_dir_, tool.id, tools.clock_) {}

  /// Reads them. Errors as of CliTools, with the file's name.
  Status open();
  /// May anything be written? forbidden, conflict.
  [[nodiscard]] Status may_write() const;
  [[nodiscard]] Status check(const CliChoice& choice) const;

  [[nodiscard]] const CliTool& tool() const noexcept { return tool_; }
  [[nodiscard]] const CliBackups& backups() const noexcept { return backups_; }
  [[nodiscard]] const std::vector<DiskFile>& disk() const noexcept { return disk_; }
  [[nodiscard]] const CliTexts& texts() const noexcept { return *texts_; }
  [[nodiscard]] std::string shown(const std::string& path) const;
  /// "~/.claude/settings.json" of a file of the table, the one that would be written.
  [[nodiscard]] std::string path_of(std::size_t file) const;
  /// SHA-256 over all bytes.
  [[nodiscard]] std::string fingerprint() const;
  /// The texts with the choice in them.
  Result<CliTexts> changed(const CliChoice& choice) const;
  /// The same without what is ours.
  [[nodiscard]] CliTexts cleared() const;
  /// Keeps the present bytes and writes what differs; all or nothing. The record of it; its id is empty if nothing differed.
  Result<CliRecord> write(const CliTexts& texts, CliRecord record);
  /// The tool as the API shows it; `opened` is what open() said. Its key goes to `key`.
  [[nodiscard]] nlohmann::ordered_json shown_as_json(const Status& opened, const std::string& default_url, Secret& key) const;
  /// Whether this address leads to this gateway, as far as can be told.
  [[nodiscard]] bool is_ours(const std::string& base, const std::string& default_url) const;

 private:
  [[nodiscard]] Error in_file(std::size_t file, Error error) const;

  void put_program(nlohmann::ordered_json& entry) const;
  [[nodiscard]] std::string state_of(const Status& opened, const CliFacts& facts, bool left_so, const std::string& default_url) const;
  [[nodiscard]] nlohmann::ordered_json files_json(const Status& opened) const;

  const CliTools& tools_;
  const CliTool& tool_;
  CliBackups backups_;
  std::vector<DiskFile> disk_;
  std::optional<CliTexts> texts_;
};

/// Whether the file is as we left it: what we wrote, or gone where we removed it.
bool is_as_left(const CliCopy& copy);

/// The text to copy for a tool: its files as they would be without anything else in them, or what to do by hand.
nlohmann::ordered_json cli_snippets(const CliTool& tool, const std::string& url);

}  // namespace omniroute::services
