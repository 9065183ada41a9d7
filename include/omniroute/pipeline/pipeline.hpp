#pragma once
#include "omniroute/access/spending.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/pipeline/meters.hpp"
#include "omniroute/pipeline/story.hpp"
#include "omniroute/resilience/tables.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::pipeline {

/// The request's path from an authenticated request to its answer and its record. Any worker. What it learns of others goes to the
/// tables; of its own it only knows how long requests took.
class Pipeline {
 public:
  Pipeline(store::Database& database, access::Spending& spending, resilience::Tables& tables)
      : database_(database), spending_(spending), tables_(tables) {}
  /// Answers the request, whatever happens, and writes its usage row.
  Task<void> serve(Exchange& exchange, http::ReplySink& client);
  [[nodiscard]] const Meters& meters() const noexcept { return meters_; }
  /// Who hears of each request that is over. Before the first request; outlives the pipeline's last one.
  void tell(Listener& listener) noexcept { listener_ = &listener; }

 private:
  store::Database& database_;
  access::Spending& spending_;
  resilience::Tables& tables_;
  Meters meters_;
  Listener* listener_ = nullptr;
};

/// Answers with `error` in the client's dialect, and notes it as the exchange's outcome.
Task<void> refuse(Exchange& exchange, http::ReplySink& client, Error error);

/// The plan that a request would get at that moment; nobody is asked and no turn is taken. An exchange without a body brings its
/// model in the envelope. Errors as of routing::plan, and of a body that is no request.
Result<routing::Plan> explain(Exchange& exchange, resilience::Tables& tables, const access::Spending& spending, const resilience::Now& at);

}  // namespace omniroute::pipeline
