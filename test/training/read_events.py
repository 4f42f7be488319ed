"""Reads event files with TensorBoard's own reader and prints what is in them as JSON; argument: the folder."""

import hashlib
import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

# 0: keep everything
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0, "audio": 0})
events.Reload()
tags = events.Tags()


def digest(data):
    return hashlib.sha256(data).hexdigest()


print(
    json.dumps(
        {
            "scalars": {tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in tags["scalars"]},
            "images": {
                tag: [[e.step, e.width, e.height, digest(e.encoded_image_string)] for e in events.Images(tag)]
                for tag in tags["images"]
            },
            "audio": {
                tag: [
                    [e.step, e.sample_rate, e.length_frames, e.content_type, digest(e.encoded_audio_string)]
                    for e in events.Audio(tag)
                ]
                for tag in tags["audio"]
            },
        }
    )
)
