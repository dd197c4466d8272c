package dist

import (
	"errors"

	"github.com/starlang-go/starlang/runtime/internal/text"
)

var errDecoderExit = errors.New("a decoder has called runtime.Goexit")

// decode sets the value of a signal that is yet to be decoded. A decoder may be the
// program's code: its panic is an error.
func (s *Signal) decode() (err error) {
	if s.Decode == nil {
		return nil
	}
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("a decoder: " + text.Panic(r))
		}
	}()
	s.Value, err = s.Decode()
	s.Decode = nil
	return err
}
