#pragma once
#include <string_view>
#include <vector>

#include "omniroute/base/result.hpp"
#include "omniroute/catalog/provider.hpp"
#include "omniroute/config/settings.hpp"
#include "omniroute/domain/account.hpp"
#include "omniroute/http/client.hpp"

/// What every request to a provider needs, whoever makes it.
namespace omniroute::pipeline {

/// Points the request at `url`, one of the provider's own, through the account's egress proxy or else the settings'.
/// Errors: internal, naming the provider, when address or proxy cannot be used.
Status aim(http::Outgoing& outgoing, std::string_view url, const catalog::Provider& provider, const domain::Account& account,
           const config::Settings& settings);

/// The account's credential, if there is one, in the header the provider looks for it.
void add_credential(std::vector<http::Header>& headers, const catalog::Provider& provider, const domain::Account& account);

/// The provider's own headers, where no header of that name stands yet, and our name as the last resort.
void add_provider_headers(std::vector<http::Header>& headers, const catalog::Provider& provider);

}  // namespace omniroute::pipeline
