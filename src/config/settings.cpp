#include "omniroute/config/settings.hpp"

#include <algorithm>
#include <charconv>

#include "omniroute/json/document.hpp"
#include "omniroute/json/writer.hpp"
#include "omniroute/net/address.hpp"
#include "omniroute/net/connector.hpp"
#include "setting_rows.hpp"

namespace omniroute::config {
namespace {

using Duration = std::chrono::milliseconds;
using Texts = std::vector<std::string>;

Error refused(const SettingInfo& info, const std::string& what) {
  return {ErrorKind::bad_request, std::string(info.key) + " " + what + ".", std::string(info.key)};
}

Error unknown(std::string_view key) {
  return {ErrorKind::bad_request, "There is no setting '" + std::string(key) + "'.", std::string(key)};
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Calls `visit` for each piece between separators; empty pieces are passed over.
template <class F>
void each_piece(std::string_view text, char separator, F&& visit) {
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    const std::string_view piece = trimmed(text.substr(0, end));
    if (!piece.empty()) visit(piece);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
}

/// The place of a word among the choices; nothing if it is none of them.
std::optional<std::size_t> choice_of(const SettingInfo& info, std::string_view word) {
  std::size_t place = 0;
  std::optional<std::size_t> found;
  each_piece(info.choices, ' ', [&](std::string_view choice) {
    if (choice == word) found = place;
    ++place;
  });
  return found;
}

std::string_view choice_at(const SettingInfo& info, std::size_t wanted) {
  std::size_t place = 0;
  std::string_view found;
  each_piece(info.choices, ' ', [&](std::string_view choice) {
    if (place++ == wanted) found = choice;
  });
  return found;
}

Status set_number(Settings& settings, const SettingRow& row, std::int64_t number) {
  const SettingInfo& info = row.info;
  if (number < info.least || number > info.most)
    return refused(info, "must be from " + std::to_string(info.least) + " to " + std::to_string(info.most));
  if (const auto* duration = std::get_if<Duration Settings::*>(&row.member)) settings.*(*duration) = Duration(number);
  if (const auto* plain = std::get_if<std::int64_t Settings::*>(&row.member)) settings.*(*plain) = number;
  return {};
}

void set_boolean(Settings& settings, const SettingRow& row, bool value) {
  if (const auto* member = std::get_if<bool Settings::*>(&row.member)) settings.*(*member) = value;
}

Status set_choice(Settings& settings, const SettingRow& row, std::string_view word) {
  const std::optional<std::size_t> place = choice_of(row.info, word);
  if (!place) return refused(row.info, "must be one of: " + std::string(row.info.choices));
  if (const auto* level = std::get_if<log::Level Settings::*>(&row.member)) settings.*(*level) = static_cast<log::Level>(*place);
  if (const auto* flag = std::get_if<bool Settings::*>(&row.member)) settings.*(*flag) = *place == 1;
  if (const auto* strategy = std::get_if<domain::Strategy Settings::*>(&row.member))
    settings.*(*strategy) = static_cast<domain::Strategy>(*place);
  if (const auto* mode = std::get_if<IpFilterMode Settings::*>(&row.member)) settings.*(*mode) = static_cast<IpFilterMode>(*place);
  if (const auto* sampler = std::get_if<TraceSampler Settings::*>(&row.member)) settings.*(*sampler) = static_cast<TraceSampler>(*place);
  return {};
}

Status set_list(Settings& settings, const SettingRow& row, Texts entries) {
  if (entries.size() > static_cast<std::size_t>(row.info.most))
    return refused(row.info, "may have at most " + std::to_string(row.info.most) + " entries");
  for (const std::string& entry : entries) {
    const std::string fault = row.fault == nullptr ? std::string() : row.fault(entry);
    if (!fault.empty()) return refused(row.info, fault);
  }
  if (const auto* member = std::get_if<Texts Settings::*>(&row.member)) settings.*(*member) = std::move(entries);
  return {};
}

Status set_url(Settings& settings, const SettingRow& row, std::string_view url) {
  if (url.size() > static_cast<std::size_t>(row.info.most)) return refused(row.info, "is too long");
  const Result<net::Proxy> proxy = net::Proxy::parse(url);
  if (!proxy) return refused(row.info, "is no proxy address such as http://user:password@proxy.example:8080");
  if (const auto* member = std::get_if<Secret Settings::*>(&row.member)) settings.*(*member) = Secret(std::string(url));
  return {};
}

Status set_plain(Settings& settings, const SettingRow& row, std::string_view text) {
  if (text.size() > static_cast<std::size_t>(row.info.most)) return refused(row.info, "is too long");
  const std::string fault = row.fault == nullptr || text.empty() ? std::string() : row.fault(text);
  if (!fault.empty()) return refused(row.info, fault);
  if (const auto* member = std::get_if<std::string Settings::*>(&row.member)) settings.*(*member) = text;
  if (const auto* member = std::get_if<Secret Settings::*>(&row.member)) settings.*(*member) = Secret(std::string(text));
  return {};
}

Status set_money(Settings& settings, const SettingRow& row, std::string_view text) {
  const std::optional<std::int64_t> nano = parse_money(text);
  if (!nano) return refused(row.info, "must be an amount in US dollars such as 12.50");
  return set_number(settings, row, *nano);
}

Status set_text(Settings& settings, const SettingRow& row, std::string_view text) {
  switch (row.info.kind) {
    case SettingKind::milliseconds:
    case SettingKind::bytes:
    case SettingKind::count: {
      std::int64_t number = 0;
      const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (failure != std::errc() || end != text.data() + text.size()) return refused(row.info, "must be a whole number");
      return set_number(settings, row, number);
    }
    case SettingKind::boolean: {
      const bool on = text == "true" || text == "1" || text == "yes" || text == "on";
      const bool off = text == "false" || text == "0" || text == "no" || text == "off";
      if (!on && !off) return refused(row.info, "must be true or false");
      set_boolean(settings, row, on);
      return {};
    }
    case SettingKind::list: {
      Texts entries;
      each_piece(text, ',', [&](std::string_view entry) { entries.emplace_back(entry); });
      return set_list(settings, row, std::move(entries));
    }
    case SettingKind::money: return set_money(settings, row, text);
    case SettingKind::secret_url: return set_url(settings, row, text);
    case SettingKind::choice: return set_choice(settings, row, text);
    case SettingKind::text:
    case SettingKind::secret_text: return set_plain(settings, row, text);
  }
  return refused(row.info, "cannot be set");
}

Status set_value(Settings& settings, const SettingRow& row, const json::Value& value) {
  switch (row.info.kind) {
    case SettingKind::milliseconds:
    case SettingKind::bytes:
    case SettingKind::count: {
      std::int64_t number = 0;
      if (!value.integer(number)) return refused(row.info, "must be a whole number");
      return set_number(settings, row, number);
    }
    case SettingKind::boolean:
      if (!value.is(json::Kind::boolean)) return refused(row.info, "must be true or false");
      set_boolean(settings, row, value.boolean());
      return {};
    case SettingKind::list: {
      if (!value.is(json::Kind::array)) return refused(row.info, "must be a list of texts");
      Texts entries;
      for (const json::Value entry : value) {
        if (!entry.is(json::Kind::string)) return refused(row.info, "must be a list of texts");
        entries.emplace_back(entry.text());
      }
      return set_list(settings, row, std::move(entries));
    }
    case SettingKind::money:
      if (value.is(json::Kind::number)) return set_money(settings, row, value.raw());
      [[fallthrough]];
    case SettingKind::secret_url:
    case SettingKind::choice:
    case SettingKind::text:
    case SettingKind::secret_text:
      if (!value.is(json::Kind::string)) return refused(row.info, "must be a text");
      return set_text(settings, row, value.text());
  }
  return refused(row.info, "cannot be set");
}

/// Whether an entry of NO_PROXY speaks of this host; both in lower case.
bool excludes(std::string_view entry, std::string_view host, std::string_view port) {
  if (entry == "*") return true;
  if (entry.starts_with('.')) return host.ends_with(entry) || host == entry.substr(1);
  std::string_view name = entry;
  std::string_view entry_port;
  if (entry.starts_with('[')) {
    const std::size_t end = entry.find(']');
    if (end == std::string_view::npos) return false;
    name = entry.substr(1, end - 1);
    if (entry.substr(end + 1).starts_with(':')) entry_port = entry.substr(end + 2);
  } else if (std::count(entry.begin(), entry.end(), ':') == 1) {
    name = entry.substr(0, entry.find(':'));
    entry_port = entry.substr(entry.find(':') + 1);
  }
  return name == host && (entry_port.empty() || entry_port == port);
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return result;
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || net::classify_address(host) == net::AddressClass::loopback;
}

}  // namespace

Settings::Settings() {
  for (const SettingRow& row : setting_rows()) {
    // A default that its own row refuses is caught by the table's test.
    const Status set = set_text(*this, row, row.info.fallback);
    (void)set;
  }
}

const Secret& Settings::proxy_for(bool tls, std::string_view host, std::uint16_t port) const {
  static const Secret direct;
  const Secret& own = tls ? https_proxy : http_proxy;
  const Secret& proxy = own.empty() ? all_proxy : own;
  if (proxy.empty()) return direct;
  const std::string name = lower(host);
  if (is_loopback(name)) return direct;
  const std::string number = std::to_string(port);
  for (const std::string& entry : no_proxy)
    if (excludes(lower(entry), name, number)) return direct;
  return proxy;
}

std::span<const SettingInfo> setting_table() noexcept {
  static const std::vector<SettingInfo> infos = [] {
    std::vector<SettingInfo> list;
    for (const SettingRow& row : setting_rows()) list.push_back(row.info);
    return list;
  }();
  return infos;
}

const SettingInfo* find_setting(std::string_view key) noexcept {
  const SettingRow* row = find_setting_row(key);
  return row == nullptr ? nullptr : &row->info;
}

std::optional<std::int64_t> parse_money(std::string_view text) noexcept {
  constexpr std::int64_t most_dollars = 1'000'000'000;
  const std::size_t dot = text.find('.');
  const std::string_view whole = text.substr(0, dot);
  std::int64_t dollars = 0;
  const auto [end, failure] = std::from_chars(whole.data(), whole.data() + whole.size(), dollars);
  if (whole.empty() || failure != std::errc() || end != whole.data() + whole.size() || dollars < 0 || dollars > most_dollars)
    return std::nullopt;
  std::int64_t nano = dollars * nano_per_dollar;
  if (dot == std::string_view::npos) return nano;
  const std::string_view fraction = text.substr(dot + 1);
  if (fraction.empty() || fraction.size() > 9) return std::nullopt;
  std::int64_t place = nano_per_dollar / 10;
  for (const char c : fraction) {
    if (c < '0' || c > '9') return std::nullopt;
    nano += (c - '0') * place;
    place /= 10;
  }
  return nano;
}

std::string money_text(std::int64_t nano) {
  std::string digits = std::to_string(nano % nano_per_dollar);
  digits.insert(0, 9 - digits.size(), '0');
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  return std::to_string(nano / nano_per_dollar) + (digits.empty() ? "" : "." + digits);
}

std::string_view to_string(SettingSource source) noexcept {
  switch (source) {
    case SettingSource::fallback: return "default";
    case SettingSource::stored: return "stored";
    case SettingSource::environment: return "environment";
  }
  return "default";
}

Status set_from_json(Settings& settings, std::string_view key, std::string_view json) {
  const SettingRow* row = find_setting_row(key);
  if (row == nullptr) return unknown(key);
  json::Document document;
  if (Status parsed = document.parse(json); !parsed) return refused(row->info, "is no JSON");
  return set_value(settings, *row, document.root());
}

Status set_from_text(Settings& settings, std::string_view key, std::string_view text) {
  const SettingRow* row = find_setting_row(key);
  if (row == nullptr) return unknown(key);
  return set_text(settings, *row, trimmed(text));
}

std::string to_json(const Settings& settings, std::string_view key) {
  std::string out;
  json::Writer writer(out);
  const SettingRow* row = find_setting_row(key);
  if (row == nullptr) return "null";
  const SettingMember& member = row->member;
  if (const auto* duration = std::get_if<Duration Settings::*>(&member)) {
    writer.integer((settings.*(*duration)).count());
  } else if (const auto* number = std::get_if<std::int64_t Settings::*>(&member)) {
    if (row->info.kind == SettingKind::money) {
      writer.raw(money_text(settings.*(*number)));
    } else {
      writer.integer(settings.*(*number));
    }
  } else if (const auto* mode = std::get_if<IpFilterMode Settings::*>(&member)) {
    writer.string(choice_at(row->info, static_cast<std::size_t>(settings.*(*mode))));
  } else if (const auto* level = std::get_if<log::Level Settings::*>(&member)) {
    writer.string(choice_at(row->info, static_cast<std::size_t>(settings.*(*level))));
  } else if (const auto* strategy = std::get_if<domain::Strategy Settings::*>(&member)) {
    writer.string(domain::to_string(settings.*(*strategy)));
  } else if (const auto* flag = std::get_if<bool Settings::*>(&member)) {
    if (row->info.kind == SettingKind::choice) {
      writer.string(choice_at(row->info, settings.*(*flag) ? 1 : 0));
    } else {
      writer.boolean(settings.*(*flag));
    }
  } else if (const auto* list = std::get_if<Texts Settings::*>(&member)) {
    writer.begin_array();
    for (const std::string& entry : settings.*(*list)) writer.string(entry);
    writer.end_array();
  } else if (const auto* text = std::get_if<std::string Settings::*>(&member)) {
    writer.string(settings.*(*text));
  } else if (const auto* sampler = std::get_if<TraceSampler Settings::*>(&member)) {
    writer.string(choice_at(row->info, static_cast<std::size_t>(settings.*(*sampler))));
  } else if (const auto* hidden = std::get_if<Secret Settings::*>(&member); hidden && row->info.kind == SettingKind::secret_text) {
    writer.string((settings.*(*hidden)).empty() ? "" : "(set)");
  } else if (const auto* secret = std::get_if<Secret Settings::*>(&member)) {
    const Result<net::Proxy> proxy = net::Proxy::parse((settings.*(*secret)).reveal());
    writer.string(proxy ? proxy->label() : std::string());
  }
  return out;
}

Status apply_environment(Settings& settings, const Environment& environment, std::vector<std::string>& overridden) {
  for (const SettingRow& row : setting_rows()) {
    std::string_view names = row.info.environment;
    std::string_view name;
    std::optional<std::string_view> value;
    each_piece(names, ' ', [&](std::string_view candidate) {
      if (value) return;
      value = environment.get(candidate);
      name = candidate;
    });
    if (!value) continue;
    if (Status set = set_text(settings, row, trimmed(*value)); !set) {
      Error error = set.error();
      error.message = "The environment variable " + std::string(name) + " cannot be used: " + error.message;
      error.param = name;
      return error;
    }
    overridden.emplace_back(row.info.key);
  }
  return {};
}

}  // namespace omniroute::config
