#include "routing_documents.hpp"

#include "omniroute/base/log.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::config {
namespace {

using json::At;
using json::Writer;
using store::Document;

constexpr std::string_view provider_mark = "provider ";

/// Keeps the value, or hands on the error.
template <class T, class Keep>
Status keep(Result<T> value, Keep&& take) {
  if (!value) return value.error();
  take(*std::move(value));
  return {};
}

Status read_combo_document(const Document& document, const At& at, RoutingRows& rows) {
  return keep(read_combo(At(at, "combo")), [&](domain::Combo combo) {
    combo.id = document.key;
    std::int64_t time = 0;
    if (at.value().find("created").integer(time)) combo.created_ms = time;
    if (at.value().find("updated").integer(time)) combo.updated_ms = time;
    rows.combos.push_back(std::move(combo));
  });
}

Status read_wildcards(const At& at, RoutingRows& rows) {
  std::size_t index = 0;
  for (auto each = at.value().begin(); each != at.value().end(); ++each, ++index) {
    const At entry(at, *each, index);
    Result<std::string> pattern = At(entry, "pattern").required_text();
    if (!pattern) return pattern.error();
    Result<std::string> target = At(entry, "target").required_text();
    if (!target) return target.error();
    rows.wildcards.push_back({*std::move(pattern), *std::move(target)});
  }
  return {};
}

Status read_defaults(const Document& document, const At& at, RoutingRows& rows) {
  return keep(read_combo_config(at), [&](domain::ComboConfig config) {
    const std::string_view key = document.key;
    if (key == "combos")
      rows.defaults = std::move(config);
    else if (key == "auto")
      rows.automatic = std::move(config);
    else if (key.starts_with(provider_mark))
      rows.provider_overrides[std::string(key.substr(provider_mark.size()))] = std::move(config);
  });
}

Status read_document(const Document& document, const At& at, RoutingRows& rows) {
  namespace kind = document_kind;
  if (document.kind == kind::combo) return read_combo_document(document, at, rows);
  if (document.kind == kind::alias)
    return keep(at.required_text(), [&](std::string target) { rows.aliases.push_back({document.key, std::move(target)}); });
  if (document.kind == kind::wildcards) return read_wildcards(at, rows);
  if (document.kind == kind::custom_model)
    return keep(read_custom_model(at), [&](domain::CustomModel model) { rows.custom_models.push_back(std::move(model)); });
  if (document.kind == kind::chain)
    return keep(read_chain_links(at), [&](auto links) { rows.chains.push_back({document.key, std::move(links)}); });
  if (document.kind == kind::account) {
    return keep(read_account_routing(at), [&](AccountRouting routing) {
      routing.account = document.key;
      rows.accounts.push_back(std::move(routing));
    });
  }
  if (document.kind == kind::defaults) return read_defaults(document, at, rows);
  return {};
}

template <class Write>
Document made(std::string_view kind, std::string key, Write&& write) {
  Document document{std::string(kind), std::move(key), {}};
  Writer writer(document.json);
  write(writer);
  return document;
}

}  // namespace

RoutingRows routing_rows_from(const std::vector<Document>& documents) {
  RoutingRows rows;
  for (const Document& document : documents) {
    json::Document parsed;
    Status read = parsed.parse(document.json);
    if (read) read = read_document(document, At(parsed.root()), rows);
    if (!read) log::warn("stored document is passed over: kind={} key={} reason={}", document.kind, document.key, read.error().message);
  }
  return rows;
}

Document document_of(const domain::Combo& combo) {
  return made(document_kind::combo, combo.id, [&combo](Writer& writer) {
    writer.begin_object().key("created").integer(combo.created_ms).key("updated").integer(combo.updated_ms).key("combo");
    write_combo(combo, writer);
    writer.end_object();
  });
}

Document document_of(const domain::Alias& alias) {
  return made(document_kind::alias, alias.name, [&alias](Writer& writer) { writer.string(alias.target); });
}

Document document_of(const std::vector<domain::Wildcard>& wildcards) {
  return made(document_kind::wildcards, "all", [&wildcards](Writer& writer) {
    writer.begin_array();
    for (const domain::Wildcard& each : wildcards)
      writer.begin_object().key("pattern").string(each.pattern).key("target").string(each.target).end_object();
    writer.end_array();
  });
}

Document document_of(const domain::CustomModel& model) {
  return made(document_kind::custom_model, model.provider + " " + model.id,
              [&model](Writer& writer) { write_custom_model(model, writer); });
}

Document hidden_document(const std::string& provider, const std::string& model) {
  return made(document_kind::hidden_model, provider + " " + model, [](Writer& writer) { writer.boolean(true); });
}

Document document_of(const domain::FallbackChain& chain) {
  return made(document_kind::chain, chain.model, [&chain](Writer& writer) { write_chain_links(chain, writer); });
}

Document document_of(const AccountRouting& routing) {
  return made(document_kind::account, routing.account, [&routing](Writer& writer) { write_account_routing(routing, writer); });
}

Document defaults_document(std::string_view key, const domain::ComboConfig& config) {
  return made(document_kind::defaults, std::string(key), [&config](Writer& writer) { write_combo_config(config, writer); });
}

}  // namespace omniroute::config
