#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "omniroute/api/gateway.hpp"
#include "omniroute/config/snapshot.hpp"
#include "omniroute/domain/account.hpp"
#include "omniroute/domain/api_key.hpp"
#include "omniroute/domain/node.hpp"

/// Records as the management API shows them. No secret is among the members, only hints.
namespace omniroute::api {

using Json = nlohmann::ordered_json;

/// Answers a call with a JSON value. Bytes that are no UTF-8 become U+FFFD.
Task<void> answer(Call& call, int status, Json json);
/// Makes an answer of a long list and sends it: the making and the text of it take milliseconds, so they are not done on the worker. `make`
/// runs on another thread and holds what it needs.
Task<void> answer_aside(Services& services, Call& call, std::function<Json()> make);
/// {"success":true}
Task<void> answer_success(Call& call);

/// "2026-02-20T12:34:56.789Z"; null for 0.
Json time_json(std::int64_t unix_ms);
/// Null of an empty text.
Json text_json(const std::string& text);

/// US dollars of billionths.
Json dollars_json(std::int64_t nano);
/// US dollars; null for 0, which is no limit.
Json money_json(std::int64_t nano);

/// A node's type as the API words it: "openai", "anthropic", "responses", "gemini".
std::string_view node_type(domain::Format format) noexcept;
/// Those words, and the names of the formats.
std::optional<domain::Format> parse_node_type(std::string_view word) noexcept;

Json account_json(const domain::Account& account, const config::Snapshot& snapshot);
Json node_json(const domain::Node& node);
/// With what the key has spent today and this month.
Json key_json(const domain::ApiKey& key, const access::Spending& spending);

/// The editor in the hands of this call's caller, so that the audit log knows who it was.
config::Editor editor_of(const Services& services, const Call& call);
/// A line in the audit log about what is no change of the configuration. One that cannot be written is in the console log.
Task<void> note_audit(const Services& services, const Call& call, std::string action, std::string target);

/// The value of a path parameter, decoded.
std::string parameter(const Call& call, std::size_t index);

}  // namespace omniroute::api
