// Package directory is what a cluster needs of the engine that it stands on: keys that
// belong to leased sessions, claimed by one of many at a time, and watched by all.
//
// A driver implements [Directory] and [Session]; package directory/memory is one for
// tests, module remote/etcd the one for production. [directorytest.Run] holds every
// driver against the contract that is written here.
//
// A driver keeps no time and makes no second try: the session loop in package cluster
// does, with a deadline for each call.
//
// # The contract
//
//   - A key is held by one session at a time. [Session.Claim] decides it in one step
//     at the engine, each key by itself.
//   - A [Fence] is larger than every earlier one of its key, whoever had it, also
//     after a restart of the engine.
//   - A session ends no earlier than ttl after the engine has handled its last
//     renewal. All its keys go in that moment.
//   - What is read by Get and List is linearizable: it is not older than anything that
//     was acknowledged before the call.
//   - A watch brings every change after its revision, once and in order of revision,
//     or [ErrCompacted].
//
// A lease never makes a side effect safe: the holder may be paused between looking at
// its session and acting. What it writes elsewhere has to carry the Fence, and the
// place where it is written has to refuse smaller ones.
package directory
