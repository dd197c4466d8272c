//go:build !(gc && go1.26 && !go1.27 && !race && !starlang_portable)

package mailbox

// parker parks a goroutine in a channel, which is made when it is first needed.
type parker struct {
	woken chan wakeup
}

func (p *parker) prepare() {
	if p.woken == nil {
		p.woken = make(chan wakeup, 1)
	}
}

// park waits for the wake.
func (p *parker) park() wakeup { return <-p.woken }

func (p *parker) wake(why wakeup) { p.woken <- why }
