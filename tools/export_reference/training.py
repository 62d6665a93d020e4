"""What is around a step: optimizer, schedule, states, inference. The same for official and restated steps."""
from types import SimpleNamespace

import torch
from cases import OPTIMIZER, SCHEDULE
from capture import copy_of


class Trainer:
    """mmcv's SGD, optimizer hook and poly schedule without mmcv's runner."""

    def __init__(self, model, iterations):
        from mmcv.runner import OptimizerHook, build_optimizer
        from mmcv.runner.hooks.lr_updater import PolyLrUpdaterHook
        schedule = {k: v for k, v in SCHEDULE.items() if k != 'policy'}
        self.optimizer = build_optimizer(model, dict(OPTIMIZER))
        self._schedule = PolyLrUpdaterHook(**schedule)
        self._update = OptimizerHook()
        self._runner = SimpleNamespace(
            optimizer=self.optimizer, iter=0, max_iters=iterations, epoch=0, max_epochs=1,
            model=model, outputs=None)
        self._schedule.before_run(self._runner)

    def start(self, iteration):
        """Sets the learning rate of an iteration (counted from 0) and returns it, float64 [1]."""
        self._runner.iter = iteration
        self._schedule.before_train_iter(self._runner)
        return torch.tensor([g['lr'] for g in self.optimizer.param_groups][:1], dtype=torch.float64)

    def update(self, outputs):
        """Zeroes gradients, runs backward from `outputs['loss']` and takes the SGD step."""
        self._runner.outputs = outputs
        self._update.after_train_iter(self._runner)


def state_tensors(model, prefix):
    """The whole state_dict, copied, under `prefix/`."""
    return {f'{prefix}/{k}': copy_of(v) for k, v in model.state_dict().items()}


def evaluate_logits(model, image):
    """Logits of one image at its own size, in eval mode."""
    model.eval()
    with torch.no_grad():
        return {'eval/logits': copy_of(model.encode_decode(image, None))}


def evaluate(model, image, size):
    """Logits, probabilities at 97x83 and sliding-window logits of one image, in eval mode."""
    from mmcv import Config
    out = evaluate_logits(model, image)
    with torch.no_grad():
        meta = [dict(img_shape=(size, size, 3), ori_shape=(97, 83, 3), flip=False)]
        model.test_cfg = Config(dict(mode='whole'))
        out['eval/softmax_97x83'] = copy_of(model.inference(image, meta, True))
        model.test_cfg = Config(dict(mode='slide', crop_size=(49, 41), stride=(33, 27)))
        out['eval/slide_logits'] = copy_of(model.slide_inference(image, meta, False))
    return out
