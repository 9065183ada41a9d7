#pragma once
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "omniroute/config/settings.hpp"

namespace omniroute::config {

/// Where a row's value lives.
using SettingMember =
    std::variant<std::chrono::milliseconds Settings::*, std::int64_t Settings::*, bool Settings::*, std::vector<std::string> Settings::*,
                 Secret Settings::*, log::Level Settings::*, domain::Strategy Settings::*, IpFilterMode Settings::*,
                 TraceSampler Settings::*, std::string Settings::*>;

/// The one table: everything else about settings is read from it.
struct SettingRow {
  SettingInfo info;
  SettingMember member;
  std::string (*fault)(std::string_view entry) = nullptr;  ///< what is wrong with a text or an entry of a list, or empty
};

std::span<const SettingRow> setting_rows() noexcept;
const SettingRow* find_setting_row(std::string_view key) noexcept;

}  // namespace omniroute::config
