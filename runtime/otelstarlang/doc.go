// Package otelstarlang gives the traces and the numbers of a runtime to OpenTelemetry:
//
//	o, err := otelstarlang.Setup(rt,
//		otelstarlang.WithTracerProvider(traces), otelstarlang.WithMeterProvider(metrics))
//	...
//	defer o.Close()
//
// # Spans
//
// A call is a span of kind CLIENT at who calls, and one of kind SERVER at the server, from
// before its method is called until that has returned. A cast, or another message, is one of
// kind PRODUCER when it is sent and one of kind CONSUMER when a server handles it, which is
// its child and has a link to it; both only where a span is active. A task is one of kind
// INTERNAL. So what follows from a request is one trace, over any number of nodes that are
// set up in this way.
//
// The span that is active is that of the context with which something is called or sent. What
// a process does in its own name, with its own [runtime.Context], belongs to what it
// handles; [runtime.Context.CarriedContext] is a context with that span, for libraries.
// Processes that receive by themselves have spans if they call
// [runtime.Context.BeginHandling]; without that they pass on the trace that came with the
// message.
//
// Spans have the types of messages and servers, PIDs, and the texts of errors; what is in
// a message is never shown.
//
// # Metrics
//
// No attribute of a metric has a PID or a name of a process, but for those of supervisors.
// The attributes type and supervisor have at most [MaxTypes] values each, and then "other".
//
// # Not promised
//
// A span of a call whose reply comes later, from another process, ends when the server's
// method has returned. Nothing global is used or set.
package otelstarlang
