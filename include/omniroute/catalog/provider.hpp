#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "omniroute/domain/format.hpp"
#include "omniroute/domain/node.hpp"
#include "omniroute/domain/window.hpp"

namespace omniroute::catalog {

/// What a provider costs its user: the order in which people like to fall back.
enum class Tier : std::uint8_t { subscription, api_key, cheap, free, local, node };
/// "subscription", "apikey", "cheap", "free", "local", "node".
std::string_view to_string(Tier tier) noexcept;

/// How one proves oneself to a provider. `none`: it asks for nothing and needs no account.
enum class Auth : std::uint8_t { api_key, oauth, none };
std::string_view to_string(Auth auth) noexcept;

/// Whether a gateway may use it. `not_permitted`: not by the vendor's terms as far as known; needs the owner's explicit consent.
enum class Permission : std::uint8_t { official, documented, not_permitted };
std::string_view to_string(Permission permission) noexcept;

struct Header {
  std::string name;  ///< lower case
  std::string value;
};

/// US dollars per million tokens.
struct Price {
  double input = 0;
  double output = 0;
  double cache_read = 0;
  double cache_write = 0;
  double reasoning = 0;
};

struct Model {
  std::string id;  ///< as the upstream knows it
  std::string name;
  std::optional<std::int64_t> context;     ///< tokens
  std::optional<std::int64_t> max_output;  ///< tokens
  std::optional<Price> price;
  std::optional<domain::Format> format;  ///< if this model speaks another one than its provider
  std::optional<bool> images;            ///< what it can take; absent = not known, which never keeps a request away
  std::optional<bool> audio;
  std::optional<bool> documents;
  std::optional<bool> tools;
};

/// Adds what a model's family can do, told by its name, where its entry does not say.
void complete_by_family(Model& model);
/// The limits of a model that nobody lists, by its family: context, output, images, audio, documents. id and name are empty.
Model family_model(std::string_view model_id);

/// One place to send requests to: an entry of providers.json, or a node of the user's. Nothing derives from it.
struct Provider {
  std::string id;
  std::string alias;  ///< the short name in "alias/model"; a node's prefix
  std::string name;
  Tier tier = Tier::api_key;
  Auth auth = Auth::api_key;
  Permission permission = Permission::official;
  std::string auth_header;               ///< "authorization", "x-api-key", "x-goog-api-key"; empty with Auth::none
  std::string auth_prefix;               ///< "Bearer " or empty: stands before the credential
  std::vector<Header> headers;           ///< always sent, beside the credential
  std::vector<Header> identity;          ///< by which the vendor's own client names itself: only with the owner's consent
  std::optional<domain::Format> format;  ///< absent while we do not speak `format_word`
  std::string format_word;               ///< the format as the data names it
  /// Where chat requests go, and those that stream. "{model}" stands for the percent-encoded upstream model name.
  std::string chat_url;
  std::string stream_url;
  std::string responses_url;        ///< for models whose own format is openai_responses; empty = none
  std::string models_url;           ///< GET lists models; empty = unknown
  std::string count_tokens_url;     ///< counts a prompt's tokens, "{model}" as above; empty = none
  std::vector<std::string> kinds;   ///< "chat", "embeddings", "images" …
  std::vector<std::string> quirks;  ///< names of rows in codec/quirks
  std::vector<Model> models;
  std::vector<domain::WindowRule> windows;  ///< its quotas, counted for each account
  bool passthrough_models = false;          ///< it lists more models than we know
  bool routing_fields = false;              ///< it understands OpenRouter's `models` and `provider` itself
  std::string ca_file;                      ///< PEM file of extra trusted roots
  bool is_node = false;

  [[nodiscard]] const Model* model(std::string_view model_id) const noexcept;
  /// The URL of a chat request to `model`, for whole answers or streams.
  [[nodiscard]] std::string url_for(std::string_view model_id, bool stream) const;
  /// count_tokens_url for one model.
  [[nodiscard]] std::string count_url_for(std::string_view model_id) const;
};

/// A node as a provider: id = node id, alias = prefix, URLs built from its base URL by the format's own paths.
Provider provider_from_node(const domain::Node& node);

}  // namespace omniroute::catalog
