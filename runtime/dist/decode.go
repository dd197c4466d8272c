package dist

import (
	"errors"
	"fmt"
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
			err = fmt.Errorf("a decoder has panicked: %v", r)
		}
	}()
	s.Value, err = s.Decode()
	s.Decode = nil
	return err
}
