package callbacks_test

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// own is the entry of a callback that runs in a process of the program's own.
func own(body func(ctx *runtime.Context, wrong func())) entry {
	return entry{attack: func(w *world, wrong func()) {
		w.spawn(func(ctx *runtime.Context) error { body(ctx, wrong); return nil })
	}}
}

func init() {
	term.MustRegister[request]("callbacks_test.request")
	term.MustRegister[writer]("callbacks_test.writer")
	term.MustRegister[reader]("callbacks_test.reader")
	term.MustRegisterCodec("callbacks_test.foreign", foreignCodec)
}

// bounded returns ctx with an end.
func bounded(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	context.AfterFunc(ctx, cancel)
	return ctx
}

// entries are those of all areas. Each file adds its own.
var entries = map[string]entry{}
