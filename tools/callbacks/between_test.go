package callbacks_test

import (
	"github.com/stretchr/testify/require"
	"maps"

	"github.com/starlang-go/starlang/runtime"
)

func init() { maps.Copy(entries, between) }

// between are the callbacks of connections, and what looks over them.
var between = map[string]entry{
	"remote.Config.VerifyName": {heldBy: "remote.TestGuard_VerifyNameCostsItsHandshakeOnly"},
	"remote.Func": {attack: func(w *world, wrong func()) {
		name := "callback"
		require.NoError(w, w.here.RegisterFunc(name, func(*runtime.Context, any) error { wrong(); return nil }))
		_, err := w.there.Spawn(w.Context(), "here@test", name, 1)
		require.NoError(w, err)
	}},
	"runtime/dist.Carrier":                      {none: "package remote implements it"},
	"runtime/dist.Config.Encode":                {none: "package remote gives it"},
	"runtime/dist.Config.Warn":                  {none: "package remote gives it"},
	"runtime/dist.Dialler":                      {none: "package remote implements it"},
	"runtime/dist.Signal.Decode":                {heldBy: "remote.TestDecoder_ThatEndsTheGoroutineCostsOneMessage"},
	"runtime/inspect.Config.Access":             {none: "package remote gives it"},
	"runtime/inspect.Config.Peers":              {none: "package remote gives it"},
	"runtime/inspect.Config.Disconnect":         {none: "package remote gives it"},
	"runtime/inspect.Config.NodeEvents":         {none: "package remote gives it"},
	"runtime/inspect.Client.Trace(show)":        {none: "it runs in the goroutine that calls Trace, of a program that looks"},
	"runtime/inspect.Client.FollowAlarms(show)": {none: "it runs in the goroutine that calls FollowAlarms, of a program that looks"},
	"runtime/inspect.Client.FollowEvents(show)": {none: "it runs in the goroutine that calls FollowEvents, of a program that looks"},
	"runtime/runtimetest.ExpectMatch(match)":    {none: "it runs in the goroutine of the test that calls it"},
	"remote.Config.TLSSource":                   {heldBy: "remote.TestGuard_WhatTheProgramsCodeDoesCostsItselfOnly"},
	"remote.Config.Logger":                      {heldBy: "remote.TestGuard_WhatTheProgramsCodeDoesCostsItselfOnly"},
	"remote.Resolver":                           {heldBy: "remote.TestGuard_WhatTheProgramsCodeDoesCostsItselfOnly"},
	"remote.ResolverFunc":                       {heldBy: "remote.TestGuard_WhatTheProgramsCodeDoesCostsItselfOnly"},
	"remote.Transport":                          {heldBy: "remote.TestGuard_WhatTheProgramsCodeDoesCostsItselfOnly"},
}
