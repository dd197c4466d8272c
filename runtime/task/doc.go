// Package task runs functions in processes of their own and collects their results.
// It is Elixir's Task for Go, for which OTP has proc_lib and rpc:async_call.
//
// One function beside what its owner does meanwhile:
//
//	sum := task.Async(ctx, func(ctx *runtime.Context) (int, error) { return addUp(ctx) })
//	…
//	n, err := sum.Await(ctx)
//
// Many, at most eight at a time, with the results in order as they come:
//
//	for r := range task.Stream(ctx, slices.Values(urls), fetch, task.StreamOptions{Max: 8}) {
//		fmt.Println(r.In, r.Value, r.Err)
//	}
//
// What a function returns, its error too, is its result. Only if it panics, or its
// process gets an exit signal, does the task fail: Await then returns an [*Error] with
// the reason, and an owner that is linked gets that exit signal, as from any other
// process. A task whose function returns leaves nothing in its owner's mailbox.
//
// Tasks run on their owner's node. The result is handed over, not copied: the
// function must not use it any more.
//
//	Elixir                               task
//	------                               ----
//	Task.async(fun)                      Async(ctx, f)
//	Task.Supervisor.async_nolink         AsyncNoLink(ctx, f)
//	{Task.Supervisor, name: N}           Supervisor("N"), and AsyncUnder(ctx, "N", f)
//	Task.await(task, timeout)            t.Await(ctx), bounded by ctx
//	Task.yield(task, 0)                  t.Poll()
//	{ref, result} in handle_info         AsyncMessage(ctx, f), a Result in HandleInfo
//	Task.await_many(tasks)               AwaitMany(ctx, tasks...)
//	Task.shutdown(task)                  t.Stop(ctx)
//	Task.start(fun)                      ctx.Spawn(f)
//	Task.async_stream(in, f, opts)       Stream(ctx, in, f, opts)
//	  max_concurrency, timeout             StreamOptions.Max, Timeout
//	  ordered: false                       StreamOptions.Unordered
//	  on_timeout: :kill_task               always: the item's error
//	Enum.map of async_stream             Map(ctx, in, max, f)
package task
