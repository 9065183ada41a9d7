#include "omniroute/config/hidden_models.hpp"

#include "omniroute/store/database.hpp"
#include "omniroute/store/documents.hpp"
#include "routing_documents.hpp"

namespace omniroute::config {

Task<Result<HiddenModels>> HiddenModels::read(store::Database& database) {
  store::Database::Work<std::vector<store::Document>> work = [](store::Transaction& transaction) {
    return store::Documents(transaction).of_kind(document_kind::hidden_model);
  };
  Result<std::vector<store::Document>> documents = co_await database.read<std::vector<store::Document>>(std::move(work));
  if (!documents) co_return std::move(documents).error();
  HiddenModels hidden;
  for (const store::Document& document : *documents) {
    const std::size_t blank = document.key.find(' ');
    if (blank != std::string::npos) hidden.by_provider_[document.key.substr(0, blank)].insert(document.key.substr(blank + 1));
  }
  co_return hidden;
}

bool HiddenModels::contains(std::string_view provider_id, std::string_view model) const noexcept {
  const auto found = by_provider_.find(provider_id);
  return found != by_provider_.end() && found->second.contains(model);
}

}  // namespace omniroute::config
