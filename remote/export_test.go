package remote

// TryWriterOf returns what senders write to a connection with.
var TryWriterOf = tryWriter
