// Package genserver has servers: processes that keep a state and answer requests,
// one at a time. It is OTP's gen_server, and sys, for Go.
//
// A server is a Go value. A request is a struct that names the type of its reply; a
// method handles it:
//
//	type counter struct{ n int }
//
//	type Add struct {
//		genserver.Returns[int]
//		By int
//	}
//
//	func (c *counter) add(ctx *genserver.Context, q Add) (int, error) {
//		c.n += q.By
//		return c.n, nil
//	}
//
//	func (c *counter) Handlers() genserver.Handlers {
//		return genserver.Handle(genserver.On((*counter).add))
//	}
//
//	p, err := genserver.StartLink(ctx, &counter{}, genserver.Options{Name: "counter"})
//	n, err := genserver.Call(ctx, "counter", Add{By: 2}) // n is an int
//
// The compiler holds the handler and the caller to the reply's type. What the compiler
// cannot see is checked when a server starts: a doubled or missing handler, one of
// another server, a method that is named like one of a server's and has another
// signature. [CallHandler] and [CallAs] are for servers that route by themselves, [Funcs]
// for servers made of functions.
//
// # What it promises
//
// Calls fail fast: at the deadline of the caller's context, and at once when the
// server ends, is not there, does not know the request, or replies with another
// type. A call without a deadline ends after [runtime.Config].CallTimeout, five seconds
// unless it says otherwise. None of that harms the server. A reply that comes too late
// is dropped; it never lands in the caller's mailbox. Calls work from every context, see
// [runtime.NewContext], and the same to a process of another node, once its types are
// registered with package term.
//
// The context of a method is that of the request: its deadline, cancellation and values,
// see [Context]. A handler that calls another server with it hands them on.
//
// An error of a handler arrives with its text and, for errors.Is and errors.As, with
// whatever is registered of it: see [ReplyError]. [ErrUnhandled], [ErrIgnore] and
// [NoReply] steer the server only if they are returned as they are. Wrapped, they are
// errors of another server.
//
// A failed start is an error and nothing else, also for a parent that is linked. A
// server that panics ends with that reason, after its Terminate has run. Terminate runs
// at most once, and no method runs after the process has got its exit signal.
//
// Looking harms nobody: [GetState] and its like get through to a server that is suspended
// or whose mailbox is full, show types alone unless FormatState says more, and survive
// whatever FormatState does.
//
// A server with nothing to do has no goroutine: it hibernates, and the first
// message wakes it. When is up to [Options].HibernateAfter; nothing else differs. One
// idle server holds 490 bytes, 514 once it was called, with its PID and a
// state of one int; its goroutine alone would take 2,700. That is all memory that the
// program holds but garbage: BenchmarkIdleServers with 300,000, Go 1.26.8, linux/amd64,
// two cores of an AMD EPYC.
//
// # What it does not
//
// A server is no place for long work: while a method runs, all others
// wait. [OnDeferred], or [NoReply], lets another process or goroutine do the work, and
// that one replies.
//
// # OTP → here
//
//	gen_server                              genserver
//	----------                              ---------
//	Module, Args                            a Go value, its fields
//	State                                   the same value
//	start, start_link, start_monitor        Start, StartLink, StartMonitor
//	{local, Name}, {via, M, Name}           Options.Name, Options.Via
//	{timeout, T}                            a deadline of the context
//	{hibernate_after, T}                    Options.HibernateAfter
//	{spawn_opt, Opts}                       the rest of Options
//	call(Ref, Request)                      Call(ctx, ref, request), CallAs[Reply](ctx, ref, any)
//	call(Ref, Request, Timeout)             the same, with a deadline in ctx
//	the 5 s of a call, infinity             Options.CallTimeout, runtime.Config's; NoTimeout
//	types of requests and replies           Returns[R] in a request, then On; HandleCall without
//	{error, Reason} compared by value       errors.Is and As, see ReplyError, term.RegisterError
//	any term in a request                   data of any type; term.RegisterCodec, term/protobuf
//	cast(Ref, Msg)                          Cast(ctx, ref, msg), TryCast, CastOrDrop
//	multi_call(Nodes, Name, Req, Timeout)   MultiCall(ctx, refs, request), MultiCallAs
//	send_request, receive_response          task.Async of a Call
//	reply(From, Reply)                      from.Reply(ctx, reply); to.Reply of a ReplyTo[R]
//	calls from outside of processes         all of these, with a ctx of runtime.NewContext
//	stop(Ref, Reason, Timeout)              Stop(ctx, ref, reason)
//	Pid, Name, {Name, Node}, {via, M, N}    pid.PID, string, pid.Name, runtime.Via
//	{global, N}                             a runtime.Via
//	abcast                                  Cast in a loop
//	enter_loop                              none: Start starts
//
//	callbacks                               methods
//	---------                               -------
//	init(Args)                              Init(ctx) error
//	  {ok, State}                             return nil
//	  {ok, State, Timeout}                    ctx.SetTimeout(d); return nil
//	  {ok, State, {continue, C}}              ctx.Continue(c); return nil
//	  {ok, State, hibernate}                  ctx.Hibernate(); return nil
//	  {stop, Reason}                          return reason, or any error
//	  ignore                                  return ErrIgnore
//	handle_call(Request, From, State)       On, OnDeferred; HandleCall(ctx, from, req) (any, error)
//	  {reply, Reply, State}                   return reply, nil
//	  {reply, {error, E}, State}              return nil, err
//	  {reply, Reply, State, Timeout}          ctx.SetTimeout(d); return reply, nil
//	  {noreply, State}                        return NoReply, nil
//	  {stop, Reason, Reply, State}            ctx.Stop(reason); return reply, nil
//	  {stop, Reason, State}                   ctx.Stop(reason); return NoReply, nil
//	handle_cast(Msg, State)                 OnCast; HandleCast(ctx, msg) error
//	handle_info(Info, State)                OnInfo; HandleInfo(ctx, msg) error
//	handle_info(timeout, State)             HandleTimeout(ctx) error
//	handle_continue(C, State)               HandleContinue(ctx, v) error
//	  {noreply, State}                        return nil
//	  {stop, Reason, State}                   return reason; error(E) is any other error
//	terminate(Reason, State)                Terminate(ctx, reason)
//	format_status(Status)                   FormatState() any, FormatMessage(msg) any
//	code_change                             none: Go programs are not changed while they run
//	process_flag(trap_exit, true)           Options.TrapExit, or ctx.SetTrapExit(true) in Init
//
//	sys                                     genserver
//	---                                     ---------
//	get_state, get_status                   GetState
//	replace_state                           ReplaceState
//	suspend, resume                         Suspend, Resume
//	statistics                              GetStatistics, counted always
//	log(Name, {true, N}), log(Name, get)    Trace(ctx, ref, n), GetTrace(ctx, ref)
//	terminate                               Stop
//
//	differences                             here
//	-----------                             ----
//	an error in handle_call                 the caller's and not the server's end; all others stop it
//	a failed start_link                     an error, and no exit signal
//	a request that is not known             the caller's error, and no crash
//	the exit signal of the program          counts as the parent's: of Runtime.Shutdown
//	{stop, Reason, Reply, State}            the reply goes out when the name is free
//	system messages and {…, Timeout}        a look does not touch the timeout
//	start_timer(Time, Dest, Msg)            ctx.StartTimer: no message, no other target; negative is 0
//	the time of receive … after             no message: what a method receives itself has none of it
//	get_state                               types alone without FormatState
package genserver
