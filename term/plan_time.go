package term

import (
	"time"

	"github.com/starlang-go/starlang/term/msgp"
)

// timestamp compiles time.Time, which arrives in UTC and without a monotonic
// reading: another node has neither the sender's time zone nor its clock.
func timestamp(p *plan) {
	p.encode = func(dst []byte, src address, _ encodeBudget) ([]byte, error) {
		return msgp.AppendTime(dst, *at[time.Time](src)), nil
	}
	p.decode = func(r *Reader, dst address) error {
		start := r.pos
		v, err := r.ReadTime()
		if err != nil {
			return r.nilOr(start, err)
		}
		*at[time.Time](dst) = v
		return nil
	}
	p.copy = func(dst, src address, _ encodeBudget) error {
		*at[time.Time](dst) = arrived(*at[time.Time](src))
		return nil
	}
	p.tidy = func(a address, _ encodeBudget) bool {
		t := *at[time.Time](a)
		return t == arrived(t)
	}
	p.isZero = func(a address) bool { return at[time.Time](a).IsZero() }
}

// arrived returns t as a receiver gets it.
func arrived(t time.Time) time.Time { return t.Round(0).UTC() }
