package main

import (
	"context"
	"net/http"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/task"
	"github.com/starlang-go/starlang/term"
)

// The messages.
type (
	// Order is a call to the counter, on the front node.
	Order struct {
		genserver.Returns[string]
		Item string
	}
	// Sold is a cast from the counter to the clerk, on the front node.
	Sold struct{ Item string }
	// Book is a call from the clerk to the ledger, on the back node.
	Book struct {
		genserver.Returns[int] // how many were sold
		Item                   string
	}
)

func init() { term.MustRegister[Book]("tracing.Book") }

// counter takes orders.
type counter struct{ clerk genserver.Ref }

func (c *counter) Handlers() genserver.Handlers {
	return genserver.Handle(genserver.On((*counter).order))
}

func (c *counter) order(ctx *genserver.Context, o Order) (string, error) {
	return "thank you for the " + o.Item, genserver.Cast(ctx, c.clerk, Sold{o.Item})
}

// clerk has what was sold booked by the ledger of another node.
type clerk struct {
	ledger pid.Name
	booked chan<- int
}

func (c *clerk) Handlers() genserver.Handlers {
	return genserver.Handle(genserver.OnCast((*clerk).sold))
}

func (c *clerk) sold(ctx *genserver.Context, s Sold) error {
	n, err := genserver.Call(ctx, c.ledger, Book{Item: s.Item})
	if err == nil {
		c.booked <- n
	}
	return err
}

// ledger counts what was sold, in a task.
type ledger struct{ sold []string }

func (l *ledger) Handlers() genserver.Handlers {
	return genserver.Handle(genserver.On((*ledger).book))
}

func (l *ledger) book(ctx *genserver.Context, b Book) (int, error) {
	l.sold = append(l.sold, b.Item)
	return task.Async(ctx, l.count).Await(ctx)
}

// count runs in a process of its own, while the ledger waits for it.
func (l *ledger) count(*runtime.Context) (int, error) { return len(l.sold), nil }

// buy is the handler of requests: it goes on with the trace of the request, or begins one.
func buy(rt *runtime.Runtime, tracer trace.Tracer, counter genserver.Ref) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := propagation.TraceContext{}.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
		ctx, span := tracer.Start(ctx, "POST /buy", trace.WithSpanKind(trace.SpanKindServer))
		defer span.End()
		thanks, err := order(runtime.NewContext(ctx, rt), counter, r.FormValue("item"))
		if err != nil {
			span.RecordError(err)
			http.Error(w, "the shop is closed", http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte(thanks)) // fails only if nobody reads it any more
	})
}

func order(ctx context.Context, counter genserver.Ref, item string) (string, error) {
	return genserver.Call(ctx, counter, Order{Item: item})
}
