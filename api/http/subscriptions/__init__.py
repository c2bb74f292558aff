"""Events as they happen: GraphQL subscriptions over WebSockets and server-sent events."""
