#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "omniroute/base/task.hpp"
#include "omniroute/catalog/provider.hpp"
#include "omniroute/config/settings.hpp"
#include "omniroute/domain/account.hpp"
#include "omniroute/http/client.hpp"

namespace omniroute::api {

/// What a live test of an account found out.
struct Diagnosis {
  bool valid = false;
  /// ok, auth_missing, unsupported, network_error, upstream_auth_error, upstream_no_credit, upstream_rate_limited,
  /// upstream_model_unknown, upstream_unavailable, upstream_error
  std::string_view type;
  std::string_view source;  ///< local: nothing was asked; upstream: the provider's answer
  std::string message;      ///< for people; never holds the credential
  int status = 0;           ///< of the answer that decided; 0 = there was none
  std::string model;        ///< the one that was asked, if any was
  std::chrono::milliseconds latency{0};
};

/// How far a test goes.
enum class Depth : std::uint8_t {
  list,  ///< the list of models where there is one, else an answer: does the provider take the credential?
  chat,  ///< one token of an answer: can it be used?
};

/// Tests an account against its provider. Takes 60 s at most. The references outlive the call.
Task<Diagnosis> probe(http::Client& client, const catalog::Provider& provider, const domain::Account& account,
                      const config::Settings& settings, Depth depth);

}  // namespace omniroute::api
