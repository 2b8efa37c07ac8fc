"""Fine-tunes a BERT-size encoder to suggest the archive section of a package from its description.

accelerate launch --config_file configs/accelerate.yaml train.py [--model NAME_OR_FOLDER]
"""

import argparse
import json
from pathlib import Path

import numpy
from datasets import load_dataset
from sklearn.metrics import accuracy_score, f1_score
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    Trainer,
    TrainingArguments,
)

HERE = Path(__file__).parent
LONGEST = 64  # word pieces; the longest description has 29 words


def scores(predicted):
    labels = predicted.label_ids
    guesses = numpy.argmax(predicted.predictions, axis=-1)
    return {"accuracy": accuracy_score(labels, guesses), "macro_f1": f1_score(labels, guesses, average="macro")}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default="distilbert-base-uncased")
    options = parser.parse_args()
    arguments = TrainingArguments(**json.loads((HERE / "configs" / "training_args.json").read_text()))

    files = {part: str(HERE / "data" / f"{part}.jsonl") for part in ("train", "test")}
    data = load_dataset("json", data_files=files).class_encode_column("label")
    names = data["train"].features["label"].names
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    data = data.map(lambda rows: tokenizer(rows["text"], truncation=True, max_length=LONGEST), batched=True)
    held_out = data["train"].train_test_split(test_size=0.1, seed=arguments.seed, stratify_by_column="label")

    model = AutoModelForSequenceClassification.from_pretrained(
        options.model,
        num_labels=len(names),
        id2label=dict(enumerate(names)),
        label2id={name: number for number, name in enumerate(names)},
    )
    trainer = Trainer(
        model=model,
        args=arguments,
        train_dataset=held_out["train"],
        eval_dataset=held_out["test"],
        processing_class=tokenizer,
        data_collator=DataCollatorWithPadding(tokenizer),
        compute_metrics=scores,
    )
    trainer.train()
    print(trainer.evaluate(data["test"], metric_key_prefix="test"))
    trainer.save_model("model-trained")


if __name__ == "__main__":
    main()
