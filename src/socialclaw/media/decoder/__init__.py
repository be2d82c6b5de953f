"""What runs apart: a program that opens files which may have been made to do harm. It imports nothing of ours but itself
and the errors.

`python -I -m socialclaw.media.decoder JOB`, where JOB is JSON, answers on its standard output with one line of JSON.
"""
