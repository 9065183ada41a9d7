#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/config/routing_rows.hpp"
#include "omniroute/store/documents.hpp"

namespace omniroute::config {

/// The kinds of documents.
namespace document_kind {
inline constexpr std::string_view combo = "combo";                ///< key: the combo's id
inline constexpr std::string_view alias = "alias";                ///< key: the name
inline constexpr std::string_view wildcards = "wildcards";        ///< key: "all"
inline constexpr std::string_view custom_model = "custom_model";  ///< key: "<provider> <model>"
inline constexpr std::string_view hidden_model = "hidden_model";  ///< key: as of custom_model
inline constexpr std::string_view chain = "chain";                ///< key: the model
inline constexpr std::string_view account = "account";            ///< key: the account's id
inline constexpr std::string_view defaults = "defaults";          ///< key: "combos", "auto", or "provider <id>"
}  // namespace document_kind

/// The rows that the documents say. One that cannot be read is logged and left out: the rest is safer than no start.
RoutingRows routing_rows_from(const std::vector<store::Document>& documents);

store::Document document_of(const domain::Combo& combo);
store::Document document_of(const domain::Alias& alias);
store::Document document_of(const std::vector<domain::Wildcard>& wildcards);
store::Document document_of(const domain::CustomModel& model);
store::Document hidden_document(const std::string& provider, const std::string& model);
store::Document document_of(const domain::FallbackChain& chain);
store::Document document_of(const AccountRouting& routing);
store::Document defaults_document(std::string_view key, const domain::ComboConfig& config);

}  // namespace omniroute::config
