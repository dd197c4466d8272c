package dist

import "github.com/starlang-go/starlang/term"

// Their identity goes along in messages: see [term.RegisterError].
func init() {
	for code, err := range map[string]error{
		"dist.open":     ErrOpen,
		"dist.forged":   ErrForged,
		"dist.lost":     ErrLost,
		"dist.leaving":  ErrLeaving,
		"dist.protocol": ErrProtocol,
		"dist.overload": ErrOverload,
		"dist.replaced": ErrReplaced,
	} {
		term.MustRegisterError(code, err)
	}
}
