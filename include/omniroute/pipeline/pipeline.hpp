#pragma once
#include "omniroute/access/spending.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/http/server.hpp"
#include "omniroute/pipeline/exchange.hpp"
#include "omniroute/resilience/tables.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::pipeline {

/// The request's path from an authenticated request to its answer and its record. Has no state of its own; any worker. What it
/// learns of others goes to the tables.
class Pipeline {
 public:
  Pipeline(store::Database& database, access::Spending& spending, resilience::Tables& tables)
      : database_(database), spending_(spending), tables_(tables) {}
  /// Answers the request, whatever happens, and writes its usage row.
  Task<void> serve(Exchange& exchange, http::ReplySink& client);

 private:
  store::Database& database_;
  access::Spending& spending_;
  resilience::Tables& tables_;
};

/// Answers with `error` in the client's dialect, and notes it as the exchange's outcome.
Task<void> refuse(Exchange& exchange, http::ReplySink& client, Error error);

/// The plan that a request would get at that moment; nobody is asked and no turn is taken. An exchange without a body brings its
/// model in the envelope. Errors as of routing::plan, and of a body that is no request.
Result<routing::Plan> explain(Exchange& exchange, resilience::Tables& tables, const access::Spending& spending, const resilience::Now& at);

}  // namespace omniroute::pipeline
