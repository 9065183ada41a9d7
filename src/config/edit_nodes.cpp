#include <algorithm>
#include <string>

#include "checks.hpp"
#include "editor_state.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/http/message.hpp"
#include "rules.hpp"

namespace omniroute::config {
namespace {

using domain::Node;
using store::Transaction;

Error no_node(const std::string& id) { return {ErrorKind::not_found, "There is no node " + id + ".", "id"}; }

Result<Node> stored(Transaction& transaction, const std::string& id) {
  Result<std::optional<Node>> found = store::Nodes(transaction).find(id);
  if (!found) return std::move(found).error();
  if (!*found) return no_node(id);
  return **std::move(found);
}

/// A prefix must mean one thing: no provider's id or alias, no other node's prefix or id, whatever the case of its letters.
Status check_prefix_free(const EditorState& state, Transaction& transaction, const Node& node) {
  const auto same = [&](std::string_view name) { return http::same_name(name, node.prefix); };
  for (const catalog::Provider& provider : state.catalog->providers())
    if (same(provider.id) || same(provider.alias))
      return Error(ErrorKind::conflict, "The prefix '" + node.prefix + "' already means " + provider.name + ".", "prefix");
  Result<std::vector<Node>> others = store::Nodes(transaction).all();
  if (!others) return others.error();
  for (const Node& other : *others)
    if (other.id != node.id && (same(other.prefix) || same(other.id)))
      return Error(ErrorKind::conflict, "The prefix '" + node.prefix + "' already means the node " + other.name + ".", "prefix");
  return {};
}

/// Takes over what the draft sets, checked. The address is cleaned anew when the format changes.
Status apply(const NodeDraft& draft, Node& node) {
  if (draft.prefix) {
    if (Status fits = check_prefix(*draft.prefix); !fits) return fits;
    node.prefix = *draft.prefix;
  }
  if (draft.name) {
    if (Status fits = check_name("name", *draft.name); !fits) return fits;
    node.name = *draft.name;
  }
  if (draft.format) node.format = *draft.format;
  if (draft.base_url || draft.format) {
    Result<std::string> base = clean_base_url(draft.base_url.value_or(node.base_url), node.format);
    if (!base) return base.error();
    node.base_url = *std::move(base);
  }
  if (draft.ca_file) {
    if (Status fits = check_ca_file(*draft.ca_file); !fits) return fits;
    node.ca_file = *draft.ca_file;
  }
  return {};
}

Result<Node> save(const EditorState& state, Transaction& transaction, Node node) {
  if (Status free = check_prefix_free(state, transaction, node); !free) return free.error();
  node.updated_ms = state.now_ms();
  if (Status saved = store::Nodes(transaction).save(node); !saved) return saved.error();
  return node;
}

Result<Node> create(const EditorState& state, Transaction& transaction, const NodeDraft& draft) {
  if (!draft.prefix) return bad_field("prefix", "is required");
  if (!draft.base_url) return bad_field("baseUrl", "is required");
  Node node;
  node.id = "node-" + crypto::random_id();
  node.name = *draft.prefix;
  node.created_ms = state.now_ms();
  if (Status applied = apply(draft, node); !applied) return applied.error();
  return save(state, transaction, std::move(node));
}

Result<Node> update(const EditorState& state, Transaction& transaction, const std::string& id, const NodeDraft& draft) {
  Result<Node> node = stored(transaction, id);
  if (!node) return node;
  if (Status applied = apply(draft, *node); !applied) return applied.error();
  return save(state, transaction, *std::move(node));
}

}  // namespace

Result<Node> create_node_row(const EditorState& state, Transaction& transaction, const NodeDraft& draft) {
  return create(state, transaction, draft);
}
Result<Node> update_node_row(const EditorState& state, Transaction& transaction, const std::string& id, const NodeDraft& draft) {
  return update(state, transaction, id, draft);
}
Status remove_node_row(Transaction& transaction, const std::string& id) {
  Result<bool> removed = store::Nodes(transaction).remove(id);
  if (!removed) return removed.error();
  if (!*removed) return no_node(id);
  return store::Accounts(transaction).remove_of_provider(id);
}

Task<Result<NewNode>> Editor::create_node(NodeDraft draft, std::optional<AccountDraft> connection) {
  store::Database::Work<NewNode> edit = [state = state_, draft = std::move(draft),
                                         first = std::move(connection)](Transaction& transaction) -> Result<NewNode> {
    Result<Node> node = create(*state, transaction, draft);
    if (!node) return std::move(node).error();
    NewNode made;
    made.node = *std::move(node);
    if (!first) return made;
    AccountDraft its_own = *first;
    its_own.provider = made.node.id;
    Result<domain::Account> account = create_account_row(*state, transaction, its_own);
    if (!account) return std::move(account).error();
    made.account = *std::move(account);
    return made;
  };
  return change<NewNode>(state_, std::move(edit));
}

Task<Result<Node>> Editor::update_node(std::string id, NodeDraft draft) {
  store::Database::Work<Node> edit = [state = state_, id = std::move(id), draft = std::move(draft)](Transaction& transaction) {
    return update(*state, transaction, id, draft);
  };
  return change<Node>(state_, std::move(edit));
}

Task<Status> Editor::remove_node(std::string id) {
  store::Database::StatusWork edit = [id = std::move(id)](Transaction& transaction) { return remove_node_row(transaction, id); };
  return change_only(state_, std::move(edit));
}

}  // namespace omniroute::config
