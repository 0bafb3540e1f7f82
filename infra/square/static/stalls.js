// The other platforms in the words of the page: a stall's view becomes what the page shows, and what people do there
// becomes the stall's own actions.

const SIGNS = { like: "👍", love: "❤️", care: "🤗", haha: "😄", wow: "😮", sad: "😢", angry: "😠" };
const NAMES = Object.fromEntries(Object.entries(SIGNS).map(([name, sign]) => [sign, name]));

/** What the page shows, out of a stall's view. */
export function shown(view) {
  const threads = view.threads.filter((thread) => thread.messages.some((message) => !message.removed));
  return {
    version: view.version,
    now: view.now,
    can: new Set(view.can),
    page: view.account,
    posts: threads.filter((thread) => thread.public).map((thread) => post(thread)),
    chats: threads.filter((thread) => !thread.public && thread.person).map((thread) => chat(thread)),
  };
}

/** The stall's path and body for what somebody does on the page. */
export function asked(method, path, body) {
  const id = path.startsWith("/objects/") ? path.slice("/objects/".length) : "";
  if (method === "DELETE") return ["/remove", { message_id: id }];
  if (method === "PATCH") return ["/edit", { message_id: id, text: body.text }];
  switch (path) {
    case "/posts":
      return ["/post", { author: body.author, text: body.text }];
    case "/comments":
      return ["/post", { author: body.author, text: body.text, to: body.parent_id }];
    case "/messages":
      return ["/post", { author: body.author, text: body.text, private: true, ...(body.quick_reply ? { traits: { payload: body.quick_reply } } : {}) }];
    case "/reactions":
      return ["/react", { message_id: body.target_id, author: body.author, reaction: body.remove ? null : SIGNS[body.reaction] }];
    default:
      return ["/read", { author: body.author }];
  }
}

function post(thread) {
  const standing = thread.messages.filter((message) => !message.removed);
  const [first, ...rest] = standing;
  const parents = new Map(rest.map((message) => [message.id, message.parent_id]));
  return {
    ...entry(first),
    message: [thread.title, first.text].filter(Boolean).join("\n\n"),
    comments: rest.map((message) => ({ ...entry(message), parent_id: upTo(first.id, message, parents) })),
  };
}

// The page shows two levels: what is deeper stands below the answer it belongs to.
function upTo(root, message, parents) {
  let above = message.parent_id;
  while (parents.has(above) && parents.get(above) !== root && parents.has(parents.get(above))) above = parents.get(above);
  return parents.has(above) ? above : root;
}

function entry(message) {
  const urls = message.attachments.map((each) => each.url ?? each.name ?? each.type);
  return {
    id: message.id,
    author: { ...message.author, is_page: message.author.own },
    message: message.text,
    created: message.created,
    edited: Boolean(message.edited),
    hidden: message.hidden,
    photos: urls,
    video: null,
    link: null,
    reactions: reactions(message),
  };
}

function chat(thread) {
  const messages = thread.messages.filter((message) => !message.removed);
  const read = messages.filter((message) => message.author.own && message.read).map((message) => message.created);
  return {
    id: thread.id,
    person: thread.person,
    read_until: Math.max(0, ...read),
    page_read_until: 0,
    messages: messages.map((message) => ({
      ...entry(message),
      mid: message.id,
      private_reply_to: null,
      quick_replies: message.traits?.choices ?? [],
      attachments: message.attachments.map((each) => ({ type: each.type, payload: { url: each.url } })),
    })),
  };
}

function reactions(message) {
  return Object.entries(message.reactions).map(([who, sign]) => ({
    author: { id: who, name: who },
    reaction: NAMES[sign] ?? sign,
  }));
}
