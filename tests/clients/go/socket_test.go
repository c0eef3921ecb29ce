package clients

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/pusher/pusher-http-go/v5"
)

// A user's connection. The stock library has none, so this speaks the protocol itself.
type socket struct {
	t    *testing.T
	conn *websocket.Conn
	id   string
}

type frame struct {
	Event   string `json:"event"`
	Channel string `json:"channel"`
	Data    any    `json:"data"`
	UserID  any    `json:"user_id"`
}

// The data of an event that is sent as text.
func (f frame) text() string {
	text, _ := f.Data.(string)
	return text
}

func connect(t *testing.T) *socket {
	t.Helper()
	url := "ws://" + host + "/app/" + library.Key + "?protocol=7&client=go-tests&version=1.0"
	conn, _, err := websocket.Dial(context.Background(), url, nil)
	must(t, err)
	t.Cleanup(func() { conn.CloseNow() })
	s := &socket{t: t, conn: conn}
	var welcome struct {
		SocketID string `json:"socket_id"`
	}
	must(t, json.Unmarshal([]byte(s.next("pusher:connection_established").text()), &welcome))
	s.id = welcome.SocketID
	return s
}

// Connects and subscribes as one whom the tenant lets in.
func subscribe(t *testing.T, channel string) *socket {
	t.Helper()
	s := connect(t)
	s.subscribe(channel)
	return s
}

// Connects and joins a presence channel; the answer says who is there.
func join(t *testing.T, channel, user string) (*socket, frame) {
	t.Helper()
	s := connect(t)
	member := pusher.MemberData{UserID: user, UserInfo: map[string]string{"name": "Name of " + user}}
	answer, err := library.AuthorizePresenceChannel(form(s.id, channel), member)
	must(t, err)
	return s, s.ask(channel, answer)
}

func (s *socket) subscribe(channel string) frame {
	s.t.Helper()
	answer, err := library.AuthorizePrivateChannel(form(s.id, channel))
	must(s.t, err)
	return s.ask(channel, answer)
}

func (s *socket) ask(channel string, authorization []byte) frame {
	s.t.Helper()
	data := map[string]string{}
	must(s.t, json.Unmarshal(authorization, &data))
	delete(data, "shared_secret")
	data["channel"] = channel
	s.send(map[string]any{"event": "pusher:subscribe", "data": data})
	return s.next("pusher_internal:subscription_succeeded")
}

func (s *socket) unsubscribe(channel string) {
	s.t.Helper()
	s.send(map[string]any{"event": "pusher:unsubscribe", "data": map[string]string{"channel": channel}})
}

func (s *socket) send(value any) {
	s.t.Helper()
	must(s.t, wsjson.Write(context.Background(), s.conn, value))
}

// The next frame but for counts of subscriptions; it must be that event.
func (s *socket) next(event string) frame {
	s.t.Helper()
	for {
		got := s.read()
		if got.Event == event {
			return got
		}
		if got.Event != "pusher_internal:subscription_count" {
			s.t.Fatalf("%s was expected, this came: %+v", event, got)
		}
	}
}

func (s *socket) read() frame {
	s.t.Helper()
	within, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var got frame
	must(s.t, wsjson.Read(within, s.conn, &got))
	return got
}
